using Progeny.Core.Security;

namespace Progeny.Silo.Security;

/// <summary>Takes everybody for <see cref="Caller.Anybody"/>: a node on which nobody has to prove who they are.</summary>
internal sealed class OpenCallerSource : ICallerSource
{
    public bool TryFind(HttpContext context, out CallerFinding finding)
    {
        finding = new CallerFinding(Caller.Anybody, null);
        return true;
    }

    public ValueTask<CallerFinding> FindAsync(HttpContext context) => new(new CallerFinding(Caller.Anybody, null));
}
