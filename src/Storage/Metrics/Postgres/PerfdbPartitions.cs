using Npgsql;
using Progeny.Core.Metrics;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.Metrics.Postgres;

/// <summary>
/// The partitions of the perfdb's tables. Windows have partitions of a day, those of an hour, of 30 days; changes of scores of 5 days.
/// </summary>
internal sealed class PerfdbPartitions
{
    private const int WindowDays = 1;
    private const int CoarseDays = 30;
    private const int ChangeDays = 5;

    private readonly Dictionary<(string Table, int Step), RangePartitions> _windows = [];
    private readonly RangePartitions _changes = new("score_changes", ChangeDays);

    public PerfdbPartitions()
    {
        foreach (var resolution in MetricsResolution.All)
        {
            var days = resolution == MetricsResolution.All[^1] ? CoarseDays : WindowDays;
            foreach (var table in (string[])["windows", "figures", "distributions"])
            {
                if (table != "distributions" || resolution != MetricsResolution.Finest)
                    _windows.Add((table, resolution.Seconds), new RangePartitions($"{table}_{resolution.Seconds}", days));
            }
        }
    }

    /// <summary>Makes the partitions that windows need, in the transaction that is open.</summary>
    public Task EnsureAsync(
        NpgsqlConnection connection, IReadOnlyCollection<WindowSum> windows, CancellationToken cancellationToken) =>
        RangePartitions.EnsureAsync(
        connection,
        windows.Select(window => (_windows[("windows", window.Step)], window.Start))
            .Concat(windows.Where(window => window.Distributions is not null).Select(window => (
                _windows[("distributions", window.Step)], window.Start))),
        cancellationToken);

    /// <summary>Makes the partitions that figures and changes of scores need, in the transaction that is open.</summary>
    /// <param name="changed">When the scores change, in seconds since 1970.</param>
    public Task EnsureAsync(
        NpgsqlConnection connection, IEnumerable<FigureKey> figures, long changed, CancellationToken cancellationToken) =>
        RangePartitions.EnsureAsync(
        connection,
        figures.Select(figure => (_windows[("figures", figure.Step)], figure.Start)).Append((_changes, changed)),
        cancellationToken);

    /// <summary>Makes the partitions that rows of some times need, in the transaction that is open.</summary>
    /// <param name="windows">The table, the resolution and the time of windows, in seconds since 1970.</param>
    /// <param name="changed">When scores change.</param>
    public Task EnsureAsync(
        NpgsqlConnection connection,
        IEnumerable<(string Table, int Step, long Start)> windows,
        IEnumerable<long> changed,
        CancellationToken cancellationToken) =>
        RangePartitions.EnsureAsync(
            connection,
            windows.Select(window => (_windows[(window.Table, window.Step)], window.Start))
                .Concat(changed.Select(second => (_changes, second))),
            cancellationToken);

    /// <summary>Makes the partitions of now and those that follow them, so that nobody who counts has to.</summary>
    public async Task EnsureAheadAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var second = now.ToUnixTimeSeconds();
        await RangePartitions.EnsureAsync(
            connection,
            _windows.Values.Append(_changes).SelectMany(
                partitions => (IEnumerable<(RangePartitions, long)>)[(partitions, second), (partitions, second + partitions.Length)]),
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Drops what is not kept any more.</summary>
    /// <param name="age">The time by which it is old.</param>
    public async Task DropAsync(NpgsqlConnection connection, DateTimeOffset age, CancellationToken cancellationToken)
    {
        foreach (var ((_, step), partitions) in _windows)
            await partitions.DropAsync(
                connection, age - MetricsResolution.All.Single(resolution => resolution.Seconds == step).Kept, cancellationToken);
        await _changes.DropAsync(connection, age - PerfdbRetention.Changes, cancellationToken);
    }

    /// <summary>Forgets what is known to be there.</summary>
    public void Forget()
    {
        foreach (var partitions in _windows.Values.Append(_changes))
            partitions.Forget();
    }
}
