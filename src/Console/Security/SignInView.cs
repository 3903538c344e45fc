namespace Progeny.Console.Security;

/// <summary>What the page for signing in shows.</summary>
/// <param name="IsNeeded">Whether people have to sign in.</param>
/// <param name="HasIssuer">Whether an issuer can say who they are.</param>
/// <param name="Target">The path to which it leads.</param>
/// <param name="Problem">Why the last attempt was refused; null: there was none.</param>
/// <param name="SignedInAs">Who is signed in; null: nobody.</param>
public sealed record SignInView(bool IsNeeded, bool HasIssuer, string Target, string? Problem, string? SignedInAs);
