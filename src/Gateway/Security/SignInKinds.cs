namespace Progeny.Gateway.Security;

/// <summary>How people can sign in.</summary>
/// <param name="IsNeeded">Whether they have to.</param>
/// <param name="HasIssuer">Whether an issuer can say who they are (OpenID Connect).</param>
internal sealed record SignInKinds(bool IsNeeded, bool HasIssuer);
