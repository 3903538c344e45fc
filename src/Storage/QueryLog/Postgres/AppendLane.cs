namespace Progeny.Storage.QueryLog.Postgres;

/// <summary>A source of appends, which numbers them; used by one append at a time.</summary>
internal sealed class AppendLane
{
    private long _last;

    public Guid Source { get; } = Guid.NewGuid();

    public long Next() => ++_last;
}
