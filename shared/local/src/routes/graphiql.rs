//! `/graphiql`: an editor for queries, as its authors publish it.

use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, html};

use crate::pages::{banner, head, headers};
use crate::seed;

const AT: &str = "/graphiql/";

/// It runs its own scripts, writes styles as it goes, and carries its typefaces within its style. It asks nobody but us.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src data:; \
                      img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// `GET`.
pub(super) async fn show() -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            (head("GraphiQL"))
            body.graphiql-page data-password=(seed::PASSWORD) {
                (banner(AT))
                main #main {
                    div.caller {
                        h1.hidden { "GraphiQL" }
                        label for="caller" { "Ask as" }
                        select #caller {
                            option value="" { "nobody" }
                            @for address in seed::addresses() { option { (address) } }
                        }
                        span #said role="status" {}
                    }
                    div #graphiql { noscript { p { "The editor needs scripts. Queries can be sent to " code { "POST /graphql/" } " without it." } } }
                }
                link rel="stylesheet" href="/_local/assets/vendor/graphiql.min.css";
                link rel="stylesheet" href="/_local/assets/graphiql.css";
                script src="/_local/assets/vendor/react.production.min.js" {}
                script src="/_local/assets/vendor/react-dom.production.min.js" {}
                script src="/_local/assets/vendor/graphiql.min.js" {}
                script src="/_local/assets/graphiql.js" {}
            }
        }
    };
    (headers(POLICY), page.into_string()).into_response()
}
