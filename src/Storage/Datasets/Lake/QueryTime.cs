using System.Globalization;

namespace Progeny.Storage.Datasets.Lake;

/// <summary>The time that a query may take, from its start.</summary>
internal sealed class QueryTime(TimeSpan limit) : IDisposable
{
    private readonly CancellationTokenSource over = new(limit);
    private CancellationTokenSource? either;

    public bool IsOver => over.IsCancellationRequested;

    public string Message => string.Create(CultureInfo.InvariantCulture, $"The query took more than {limit:c} (Timeout of the feed).");

    /// <summary>A token that the end of the time cancels, and the caller.</summary>
    public CancellationToken Token(CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
            return over.Token;
        either?.Dispose();
        either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        return either.Token;
    }

    public void Dispose()
    {
        either?.Dispose();
        over.Dispose();
    }
}
