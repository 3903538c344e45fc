namespace Progeny.Silo.Security;

/// <summary>One way in which a caller can prove who they are: a key, a token, a session of the console, a client certificate.</summary>
public interface ICallerProof
{
    /// <summary>Whether the request carries a proof of this kind; only then it is checked.</summary>
    bool IsGiven(HttpContext context);

    /// <summary>Checks the proof at once, where it was checked before.</summary>
    /// <returns>False: it takes time, see <see cref="CheckAsync"/>.</returns>
    bool TryCheck(HttpContext context, out CallerFinding finding);

    /// <summary>Checks the proof.</summary>
    ValueTask<CallerFinding> CheckAsync(HttpContext context);
}
