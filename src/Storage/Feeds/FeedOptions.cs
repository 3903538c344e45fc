using Progeny.Storage.Common;

namespace Progeny.Storage.Feeds;

/// <summary>One feed, from the configuration section <c>Feeds:&lt;name&gt;</c>.</summary>
public sealed class FeedOptions
{
    /// <summary><c>sqlite</c>, <c>postgresql</c> or <c>duckdb</c>.</summary>
    public string? Kind { get; set; }

    /// <summary>As the driver has it: <c>Data Source=flights.db</c>, or <c>Host=…;Database=…;Username=…;Password=…</c>.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The tables that batch applies may write: names and patterns with <c>*</c>, separated by commas; null: none.</summary>
    public string? WriteTables { get; set; }

    /// <summary>As <see cref="ConnectionString"/>, of a role that may write <see cref="WriteTables"/>; null: that one.</summary>
    public string? WriteConnectionString { get; set; }

    /// <summary>The projects that may use it: names and patterns with <c>*</c>, separated by commas.</summary>
    public string Projects { get; set; } = ProjectGrant.All;

    /// <summary>Of a feed of kind <c>duckdb</c>: the datasets that may be read, names and patterns with <c>*</c>.</summary>
    public string Datasets { get; set; } = ProjectGrant.All;

    /// <summary>
    /// Of a feed of kind <c>duckdb</c>: the projects whose queries, outcomes and metrics may be read; null: the one that reads.
    /// </summary>
    public string? Records { get; set; }

    /// <summary>Of a feed of kind <c>duckdb</c>: the folders whose files may be read, separated by semicolons; null: none.</summary>
    public string? Files { get; set; }

    /// <summary>
    /// How long the database works on one query at most (PostgreSQL's <c>statement_timeout</c>; DuckDB at most <c>Datasets:QueryTime</c>).
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromHours(1);
}
