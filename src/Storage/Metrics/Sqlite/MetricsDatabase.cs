using Microsoft.Extensions.Logging;
using Progeny.Storage.Common;

namespace Progeny.Storage.Metrics.Sqlite;

/// <summary>The file of the perfdb.</summary>
public sealed class MetricsDatabase : SqliteFile
{
    private readonly RetentionClock age;

    /// <summary>Opens the file, creating its schema where needed.</summary>
    /// <exception cref="SchemaVersionException">The file was written by another version.</exception>
    /// <exception cref="DataFolderException">The file cannot be opened.</exception>
    public MetricsDatabase(string path, TimeProvider time, ILogger<MetricsDatabase>? logger = null)
        : base(path, MetricsSchema.Script, MetricsSchema.Version, "perfdb")
    {
        age = new RetentionClock(time, logger);
        Windows = new WindowWriter(Connection);
        Scores = new ScoreWriter(Connection, Windows);
    }

    /// <summary>For work that runs on the writer's thread only.</summary>
    internal WindowWriter Windows { get; }

    /// <summary>For work that runs on the writer's thread only.</summary>
    internal ScoreWriter Scores { get; }

    /// <summary>The time by which windows, scores and their changes are old; for work that runs on the writer's thread only.</summary>
    internal DateTimeOffset ReadAge() => age.Read(Connection);

    private protected override void DisposeStatements()
    {
        Scores.Dispose();
        Windows.Dispose();
    }
}
