namespace Progeny.Silo.Security;

/// <summary>Finds out who sent a request.</summary>
public interface ICallerSource
{
    /// <summary>Finds the caller at once: one who is known already, or who gives no proof.</summary>
    /// <returns>False: it takes time, see <see cref="FindAsync"/>.</returns>
    bool TryFind(HttpContext context, out CallerFinding finding);

    /// <summary>Finds the caller by asking others.</summary>
    ValueTask<CallerFinding> FindAsync(HttpContext context);
}
