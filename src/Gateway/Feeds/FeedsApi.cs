using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Projects;
using Progeny.Contracts.Feeds;
using Progeny.Core.Common;
using Progeny.Core.Feeds;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Security;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Feeds;

internal static class FeedsApi
{
    private const int UsualRows = 100;
    private const int MaxRows = 10_000;
    private const int MaxSql = 1 << 20;

    // What an answer holds in memory, about.
    private const int MaxCharacters = 16 << 20;

    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    public static void MapFeeds(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/projects/{project}/feeds/{feed}/query", QueryAsync).WithTags("Feeds")
            .WithProblems(400, 404, 503, 504)
            .Requires(Permissions.ReadData | Permissions.UseFeeds)
            .Audited("feed.query")
            .WithSummary("Shows rows of a query that a feed answers as it would for the project: it only reads.");

    private static async Task<Results<Ok<FeedQueryResult>, ProblemHttpResult>> QueryAsync(
        string project,
        string feed,
        FeedQueryRequest request,
        CurrentCaller caller,
        IClusterClient cluster,
        IFeedCatalog feeds,
        CancellationToken cancellationToken)
    {
        if (request.Sql is not { } sql || string.IsNullOrWhiteSpace(sql) || sql.Length > MaxSql)
            return Problems.Invalid($"'sql' must be a query of at most {MaxSql} characters.");
        if (request.Limit is < 1 or > MaxRows)
            return Problems.Invalid($"'limit' is {request.Limit}; it must be from 1 to {MaxRows}.");
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        caller.SetAudit(null, new { sql }, $"feed {feed}");
        using var late = new CancellationTokenSource(_limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return TypedResults.Ok(await ReadAsync(feeds.Get(feed, project), sql, request.Limit ?? UsualRows, either.Token));
        }
        catch (FeedBusyException exception)
        {
            return TypedResults.Problem(
                statusCode: StatusCodes.Status503ServiceUnavailable, title: "Feed busy", detail: exception.Message);
        }
        catch (FeedException exception)
        {
            return Problems.Invalid(exception.Message);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return TypedResults.Problem(
                statusCode: StatusCodes.Status504GatewayTimeout,
                title: "No answer in time",
                detail: $"Feed '{feed}' did not answer within {_limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s; ask for less.");
        }
    }

    private static async Task<FeedQueryResult> ReadAsync(IFeed feed, string sql, int limit, CancellationToken cancellationToken)
    {
        await using var reader = await feed.ReadAsync(sql, new Dictionary<string, object?>(), cancellationToken);
        var rows = new List<IReadOnlyList<object?>>();
        var characters = 0L;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (rows.Count == limit || characters > MaxCharacters)
                return new FeedQueryResult(reader.Columns, rows, More: true);
            var row = new object?[reader.Columns.Count];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = reader.GetValue(i) switch
                {
                    double number when !double.IsFinite(number) => ValueText.Of(number),
                    float number when !float.IsFinite(number) => ValueText.Of(number),
                    var value => value,
                };
                characters += (row[i] as string)?.Length ?? 8;
            }

            rows.Add(row);
        }

        return new FeedQueryResult(reader.Columns, rows, More: false);
    }
}
