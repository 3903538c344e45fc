using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Progeny.Core.Security;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Tests.Security;

/// <summary>Believes a header of the tests: a name, then roles and grants, all separated by blanks.</summary>
internal sealed class NamedCallers : ICallerProof
{
    public const string Header = "Test-Caller";

    public bool IsGiven(HttpContext context) => context.Request.Headers.ContainsKey(Header);

    public bool TryCheck(HttpContext context, out CallerFinding finding)
    {
        var words = context.Request.Headers[Header].ToString().Split(' ');
        var entries = words[1..].Select(word => AccessEntry.Parse(word).Entry!);
        finding = new CallerFinding(new Caller(words[0], new Access([.. entries])), null);
        return true;
    }

    public ValueTask<CallerFinding> CheckAsync(HttpContext context) => throw new InvalidOperationException("It is known at once.");
}
