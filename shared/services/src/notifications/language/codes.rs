//! Codes of other parts of the system, in words.

use super::Language;

impl Language {
    /// Why a photo could not be used, after its code; nothing where the code is unknown.
    pub(in super::super) fn photo_problem(self, code: &str) -> Option<&'static str> {
        PHOTO_PROBLEMS.iter().find(|(known, _)| *known == code).map(|(_, words)| self.pick(words))
    }

    /// Why a payment is disputed, after the payment provider's code for it.
    pub(in super::super) fn dispute_reason(self, code: &str) -> &'static str {
        let (_, words) =
            DISPUTE_REASONS.iter().find(|(known, _)| *known == code).unwrap_or(&DISPUTE_REASONS[0]);
        self.pick(words)
    }

    /// Why a calendar of another platform could not be read, after its code.
    pub(in super::super) fn feed_problem(self, code: &str) -> &'static str {
        const NOWHERE: [&str; 4] = ["http_401", "http_403", "http_404", "http_410"];
        const UNREADABLE: [&str; 9] = [
            "empty_body",
            "not_a_calendar",
            "truncated",
            "malformed",
            "too_many_events",
            "too_large",
            "invalid_event",
            "unsupported_recurrence",
            "unreadable",
        ];
        let [nowhere, unreadable, unreachable] = &FEED_PROBLEMS;
        let words = if NOWHERE.contains(&code) {
            nowhere
        } else if UNREADABLE.contains(&code) {
            unreadable
        } else {
            unreachable
        };
        self.pick(words)
    }

    const fn pick(self, words: &[&'static str; 3]) -> &'static str {
        match self {
            Self::English => words[0],
            Self::French => words[1],
            Self::Spanish => words[2],
        }
    }
}

/// A code, and its words in English, French and Spanish.
type Words = (&'static str, [&'static str; 3]);

/// The codes of the media worker.
const PHOTO_PROBLEMS: [Words; 5] = [
    ("too_large", ["the file is too large", "le fichier est trop lourd", "el archivo pesa demasiado"]),
    (
        "unsupported_type",
        [
            "the file is of a kind that we do not take",
            "ce type de fichier n’est pas accepté",
            "no admitimos este tipo de archivo",
        ],
    ),
    (
        "too_many_pixels",
        ["the picture has too many pixels", "l’image a trop de pixels", "la imagen tiene demasiados píxeles"],
    ),
    ("too_small", ["the picture is too small", "l’image est trop petite", "la imagen es demasiado pequeña"]),
    ("unreadable", ["the file cannot be read", "le fichier est illisible", "el archivo no se puede leer"]),
];

/// The provider's codes (`reason` of its dispute object). The first also stands for those that are not here.
const DISPUTE_REASONS: [Words; 15] = [
    ("general", ["no particular reason", "aucun motif particulier", "ningún motivo en particular"]),
    (
        "bank_cannot_process",
        ["the bank cannot process it", "la banque ne peut pas le traiter", "el banco no puede tramitarlo"],
    ),
    ("check_returned", ["a returned cheque", "un chèque retourné", "un cheque devuelto"]),
    (
        "credit_not_processed",
        [
            "a refund that did not come",
            "un remboursement qui n’est pas arrivé",
            "un reembolso que no ha llegado",
        ],
    ),
    ("customer_initiated", ["the customer asked for it", "à la demande du client", "a petición del cliente"]),
    (
        "debit_not_authorized",
        ["a debit that was not allowed", "un débit non autorisé", "un cargo no autorizado"],
    ),
    ("duplicate", ["a payment taken twice", "un paiement débité deux fois", "un pago cobrado dos veces"]),
    (
        "fraudulent",
        [
            "the card was used without its owner",
            "une utilisation frauduleuse de la carte",
            "un uso fraudulento de la tarjeta",
        ],
    ),
    (
        "incorrect_account_details",
        ["wrong account details", "des coordonnées bancaires erronées", "datos de cuenta incorrectos"],
    ),
    ("insufficient_funds", ["insufficient funds", "une provision insuffisante", "fondos insuficientes"]),
    (
        "noncompliant",
        [
            "the rules of the card network",
            "les règles du réseau de cartes",
            "las normas de la red de tarjetas",
        ],
    ),
    (
        "product_not_received",
        ["the stay did not take place", "le séjour n’a pas eu lieu", "la estancia no tuvo lugar"],
    ),
    (
        "product_unacceptable",
        [
            "the place was not as described",
            "le logement n’était pas conforme à l’annonce",
            "el alojamiento no era como se anunciaba",
        ],
    ),
    ("subscription_canceled", ["a contract that had ended", "un contrat résilié", "un contrato cancelado"]),
    (
        "unrecognized",
        [
            "the cardholder does not know the payment",
            "le titulaire de la carte ne reconnaît pas le paiement",
            "el titular de la tarjeta no reconoce el pago",
        ],
    ),
];

/// What is the matter with a calendar: its address, what is there, or the way to it.
const FEED_PROBLEMS: [[&str; 3]; 3] = [
    ["its address is no longer good", "son adresse n’est plus valable", "su dirección ya no es válida"],
    [
        "what is there is no calendar that can be read",
        "ce qui s’y trouve n’est pas un calendrier lisible",
        "lo que hay allí no es un calendario legible",
    ],
    [
        "the platform does not answer as it should",
        "la plateforme ne répond pas comme il faut",
        "la plataforma no responde como debería",
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_words_in_every_language() {
        for (code, words) in PHOTO_PROBLEMS.iter().chain(&DISPUTE_REASONS) {
            assert!(words.iter().all(|words| words.len() > 8 && !words.contains('_')), "{code}");
            assert!(words[0] != words[1] && words[1] != words[2] && words[0] != words[2], "{code}");
        }
    }

    #[test]
    fn what_is_the_matter_with_a_calendar_is_said_in_words() {
        assert_eq!(Language::English.feed_problem("http_404"), "its address is no longer good");
        assert_eq!(
            Language::French.feed_problem("truncated"),
            "ce qui s’y trouve n’est pas un calendrier lisible"
        );
        assert_eq!(Language::Spanish.feed_problem("timed_out"), "la plataforma no responde como debería");
    }

    #[test]
    fn unknown_codes_are_not_shown() {
        assert_eq!(Language::French.photo_problem("too_small"), Some("l’image est trop petite"));
        assert_eq!(Language::French.photo_problem("no_such_code"), None);
        assert_eq!(Language::Spanish.dispute_reason("duplicate"), "un pago cobrado dos veces");
        assert_eq!(Language::English.dispute_reason("no_such_code"), "no particular reason");
    }
}
