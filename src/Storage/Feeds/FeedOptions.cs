using Progeny.Storage.Common;

namespace Progeny.Storage.Feeds;

/// <summary>One feed, from the configuration section <c>Feeds:&lt;name&gt;</c>.</summary>
public sealed class FeedOptions
{
    /// <summary><c>sqlite</c> or <c>postgresql</c>.</summary>
    public string? Kind { get; set; }

    /// <summary>As the driver has it: <c>Data Source=flights.db</c>, or <c>Host=…;Database=…;Username=…;Password=…</c>.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>The projects that may use it: names and patterns with <c>*</c>, separated by commas.</summary>
    public string Projects { get; set; } = ProjectGrant.All;

    /// <summary>How long the database works on one query at most (PostgreSQL's <c>statement_timeout</c>).</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromHours(1);
}
