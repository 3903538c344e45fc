namespace Progeny.Silo.Security;

/// <summary>Takes the first proof that a request carries, in the order in which the kinds of proofs were registered.</summary>
internal sealed class CallerSource(IEnumerable<ICallerProof> proofs) : ICallerSource
{
    private readonly ICallerProof[] _proofs = [.. proofs];

    public bool TryFind(HttpContext context, out CallerFinding finding)
    {
        foreach (var proof in _proofs)
        {
            if (proof.IsGiven(context))
                return proof.TryCheck(context, out finding);
        }

        finding = CallerFinding.None;
        return true;
    }

    public async ValueTask<CallerFinding> FindAsync(HttpContext context) =>
        await Array.Find(_proofs, proof => proof.IsGiven(context))!.CheckAsync(context);
}
