// The editor in the page, and who asks: an account of the demonstration, signed in when it is chosen.
'use strict';

(() => {
  const caller = document.getElementById('caller');
  const said = document.getElementById('said');
  let token = '';

  async function signIn() {
    token = '';
    said.textContent = '';
    if (!caller.value) return;
    const answer = await fetch('/users/login/', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: caller.value, password: document.body.dataset.password }),
    });
    if (answer.ok) token = (await answer.json()).access_token;
    else said.textContent = `${caller.value} cannot sign in (${answer.status}).`;
  }

  async function ask(query, options) {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      ...options?.headers,
    };
    if (token && !Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')) {
      headers.authorization = `Bearer ${token}`;
    }
    const send = () => fetch('/graphql/', { method: 'POST', headers, body: JSON.stringify(query) });
    let answer = await send();
    // Tokens are good for 15 minutes of the local clock, which may have been moved.
    if (answer.status === 401 && caller.value) {
      await signIn();
      if (token) headers.authorization = `Bearer ${token}`;
      answer = await send();
    }
    return answer.json();
  }

  caller.addEventListener('change', signIn);

  const example = `# Press the round button, or Ctrl-Enter. Ctrl-Space completes.
{
  __typename
}
`;
  const editor = React.createElement(GraphiQL, { fetcher: ask, defaultQuery: example, shouldPersistHeaders: false });
  ReactDOM.createRoot(document.getElementById('graphiql')).render(editor);
})();
