using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;
using Progeny.Storage.Common;

namespace Progeny.Storage.Feeds;

internal sealed class FeedsOptionsValidator : IValidateOptions<FeedsOptions>
{
    private static readonly TimeSpan MinTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromDays(7);

    public ValidateOptionsResult Validate(string? name, FeedsOptions options)
    {
        var failures = options.Feeds.SelectMany(feed => Check($"Feeds:{feed.Key}", feed.Value)).ToList();
        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> Check(string key, FeedOptions feed)
    {
        if (!FeedKinds.IsKnown(feed.Kind))
        {
            yield return string.IsNullOrWhiteSpace(feed.Kind)
                ? $"{key}:Kind is missing; it must be {FeedKinds.Sqlite} or {FeedKinds.Postgres}."
                : $"{key}:Kind is '{feed.Kind}'; it must be {FeedKinds.Sqlite} or {FeedKinds.Postgres}.";
        }
        else if (CheckConnection(feed) is { } failure)
        {
            yield return $"{key}:ConnectionString {failure}";
        }

        if (ProjectGrant.Problem($"{key}:Projects", feed.Projects) is { } problem)
            yield return problem;
        if (feed.Timeout < MinTimeout || feed.Timeout > MaxTimeout)
            yield return $"{key}:Timeout is {feed.Timeout:c}; it must be a time from {MinTimeout:c} to {MaxTimeout:c}, "
                + "hours:minutes:seconds.";
    }

    // Connection strings hold passwords, so their values stay out of the messages; the drivers name the key they reject.
    private static string? CheckConnection(FeedOptions feed)
    {
        var sqlite = FeedKinds.IsSqlite(feed.Kind);
        var right = sqlite ? "e.g. Data Source=flights.db" : "e.g. Host=db;Database=flights;Username=reader;Password=…";
        if (string.IsNullOrWhiteSpace(feed.ConnectionString))
            return $"is missing; write {right}.";
        try
        {
            var (target, what) = sqlite
                ? (new SqliteConnectionStringBuilder(feed.ConnectionString).DataSource, "a file (Data Source)")
                : (new NpgsqlConnectionStringBuilder(feed.ConnectionString).Host, "a server (Host)");
            if (string.IsNullOrWhiteSpace(target))
                return $"names no {what[2..]}; it must name {what}, {right}.";
            return sqlite && target.Contains(":memory:", StringComparison.OrdinalIgnoreCase)
                ? $"names the data source {target}, which is always empty; it must name {what}, {right}."
                : null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return $"cannot be read ({e.Message}); write {right}.";
        }
    }
}
