namespace Progeny.Storage.Feeds;

/// <summary>One feed, from the configuration section <c>Feeds:&lt;name&gt;</c>.</summary>
public sealed class FeedOptions
{
    /// <summary><c>sqlite</c> or <c>postgresql</c>.</summary>
    public string? Kind { get; set; }

    /// <summary>As the driver has it: <c>Data Source=flights.db</c>, or <c>Host=…;Database=…;Username=…;Password=…</c>.</summary>
    public string? ConnectionString { get; set; }
}
