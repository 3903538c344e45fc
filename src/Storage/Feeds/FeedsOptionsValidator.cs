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
                ? $"{key}:Kind is missing; it must be {FeedKinds.All}."
                : $"{key}:Kind is '{feed.Kind}'; it must be {FeedKinds.All}.";
        }
        else if (FeedKinds.IsDuckDb(feed.Kind))
        {
            foreach (var failure in CheckLake(key, feed))
                yield return failure;
        }
        else
        {
            if (CheckConnection(feed, feed.ConnectionString) is { } failure)
                yield return $"{key}:ConnectionString {failure}";
            if (feed.WriteConnectionString is { } writer && CheckConnection(feed, writer) is { } wrong)
                yield return $"{key}:WriteConnectionString {wrong}";
            if (feed.WriteTables is { } tables && CheckTables(tables) is { } problem)
                yield return $"{key}:WriteTables {problem}";
        }

        if (ProjectGrant.Problem($"{key}:Projects", feed.Projects) is { } projects)
            yield return projects;
        if (feed.Timeout < MinTimeout || feed.Timeout > MaxTimeout)
            yield return $"{key}:Timeout is {feed.Timeout:c}; it must be a time from {MinTimeout:c} to {MaxTimeout:c}, "
                + "hours:minutes:seconds.";
    }

    private static IEnumerable<string> CheckLake(string key, FeedOptions feed)
    {
        if (!string.IsNullOrEmpty(feed.ConnectionString))
            yield return $"{key}:ConnectionString is set, and a feed of kind {FeedKinds.DuckDb} has none; leave it out.";
        if (feed.WriteTables is not null || feed.WriteConnectionString is not null)
            yield return $"{key}:WriteTables and WriteConnectionString are for feeds of other kinds; one of kind {FeedKinds.DuckDb} only reads.";
        if (ProjectGrant.Problem($"{key}:Datasets", feed.Datasets) is { } datasets)
            yield return datasets;
        if (feed.Records is { } records && ProjectGrant.Problem($"{key}:Records", records) is { } problem)
            yield return problem;
        foreach (var folder in (feed.Files ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Path.IsPathRooted(folder) || Path.GetPathRoot(folder) == folder)
                yield return $"{key}:Files names '{folder}'; it must be whole paths of folders, separated by semicolons, e.g. /srv/data.";
            else if (!Directory.Exists(folder))
                yield return $"{key}:Files names '{folder}', and there is no such folder; make it, or leave it out.";
        }
    }

    private static string? CheckTables(string tables) =>
        tables.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } patterns
            && patterns.All(pattern => pattern.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '.' or '*'))
            ? null
            : $"is '{tables}'; write names of tables, with * for any characters, separated by commas, e.g. scores, predictions_*.";

    // Connection strings hold passwords, so their values stay out of the messages; the drivers name the key they reject.
    private static string? CheckConnection(FeedOptions feed, string? connectionString)
    {
        var sqlite = FeedKinds.IsSqlite(feed.Kind);
        var right = sqlite ? "e.g. Data Source=flights.db" : "e.g. Host=db;Database=flights;Username=reader;Password=…";
        if (string.IsNullOrWhiteSpace(connectionString))
            return $"is missing; write {right}.";
        try
        {
            var (target, what) = sqlite
                ? (new SqliteConnectionStringBuilder(connectionString).DataSource, "a file (Data Source)")
                : (new NpgsqlConnectionStringBuilder(connectionString).Host, "a server (Host)");
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
