namespace Progeny.Core.QueryLog;

/// <summary>The archive of the query log: finished days as Parquet files, which outlive the retention of the log.</summary>
public interface IQueryArchive
{
    /// <summary>Whether there is one: <c>QueryLog:Archive:Folder</c> or <c>QueryLog:Archive:Bucket</c> is set.</summary>
    bool IsOn { get; }

    /// <summary>Archives the days of a project that are due, and records of archived days that came late. Each is there once, whatever is
    /// interrupted.</summary>
    /// <returns>The number of records archived.</returns>
    Task<long> ArchiveAsync(string project, CancellationToken cancellationToken);

    /// <summary>The projects that have records in the log.</summary>
    Task<IReadOnlyList<string>> ListProjectsAsync(CancellationToken cancellationToken);

    /// <summary>What is archived of a project.</summary>
    Task<QueryArchiveState> DescribeAsync(string project, CancellationToken cancellationToken);

    /// <summary>An archived query with the outcomes that were known when it was archived; of several with the id the newest; null: there is
    /// none.</summary>
    /// <param name="sequence">The place of the record, of several with the id; null: the newest.</param>
    Task<LoggedQuery?> FindAsync(string project, string queryId, long? sequence, CancellationToken cancellationToken);

    /// <summary>
    /// Streams all archived records of a project, with the outcomes that were known then. The log may have some of them, too.
    /// </summary>
    IAsyncEnumerable<LoggedQuery> ReadAsync(string project, CancellationToken cancellationToken);

    /// <inheritdoc cref="IQueryLog.ReadRequestAsync"/>
    Task<(IReadOnlyList<QueryRecord> Rows, int Index)> ReadRequestAsync(string project, long sequence, CancellationToken cancellationToken);

    /// <summary>Writes the records of a day as one Parquet file: those in the log, and those that only the archive has.</summary>
    /// <param name="path">The file to write.</param>
    /// <returns>The number of records; 0: there are none, and no file is written.</returns>
    Task<long> ExportAsync(string project, DateOnly day, string path, CancellationToken cancellationToken);

    /// <summary>The days of a project with records, in the log or in the archive, within bounds.</summary>
    Task<IReadOnlyList<DateOnly>> ListDaysAsync(string project, DateOnly? from, DateOnly? to, CancellationToken cancellationToken);
}
