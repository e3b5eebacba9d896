-- A refund because the price went down (a modification) divides as the price did: by what stands credited on the booking
-- and is in its price no more. NULL for any other refund.
CREATE FUNCTION ledger_repriced_shares(booking uuid, amount bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    priced jsonb;
    has record;
    host bigint; host_fee bigint; guest_fee bigint; taxes bigint; surplus bigint;
BEGIN
    SELECT b.priced INTO priced FROM bookings b WHERE b.id = booking;
    has := ledger_shares(booking);
    host := has.host - (priced #>> '{payout,amount}')::bigint;
    host_fee := has.host_fee - (priced #>> '{host_fee,amount}')::bigint;
    guest_fee := has.guest_fee - (priced #>> '{guest_fee,amount}')::bigint;
    surplus := has.host + has.host_fee + has.guest_fee + has.taxes - (priced #>> '{total,amount}')::bigint;
    taxes := surplus - host - host_fee - guest_fee;
    IF least(host, host_fee, guest_fee, taxes) < 0 OR surplus < amount THEN
        RETURN NULL;
    END IF;
    -- Of several refunds each takes its part; the last one what is left.
    host_fee := round(amount::numeric * host_fee / surplus);
    guest_fee := round(amount::numeric * guest_fee / surplus);
    taxes := round(amount::numeric * taxes / surplus);
    RETURN jsonb_build_object('host', amount - host_fee - guest_fee - taxes, 'host_fee', host_fee,
        'guest_fee', guest_fee, 'taxes', taxes);
END
$$;
-- next
CREATE OR REPLACE FUNCTION ledger_refund(r refunds, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    p payments%ROWTYPE;
BEGIN
    SELECT * INTO p FROM payments k WHERE k.id = r.payment_id;
    PERFORM ledger_post('refund', r.id::text, p.booking_id, p.currency, at,
        ledger_draw(p.booking_id, r.amount, coalesce(r.shares, ledger_settled_shares(r, p.booking_id),
            ledger_repriced_shares(p.booking_id, r.amount)))
        || jsonb_build_array(jsonb_build_array('refunds_payable', -r.amount)));
END
$$;
