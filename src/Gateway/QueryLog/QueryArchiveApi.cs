using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Projects;
using Progeny.Contracts.QueryLog;
using Progeny.Core.QueryLog;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Silo.Security;

namespace Progeny.Gateway.QueryLog;

/// <summary>The query log as files, a day each, and its archive.</summary>
internal static class QueryArchiveApi
{
    private const string DayFormat = "yyyy-MM-dd";

    public static void MapQueryArchive(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/projects/{project}/query-log").WithTags("Queries").WithProblems(404)
            .Requires(Permissions.ReadData);
        group.MapGet("/days", ListDaysAsync).WithProblems(400)
            .WithSummary("The days (UTC) of which there are logged queries, in the log or in its archive, and whether each has ended.");
        group.MapGet("/days/{day}", ExportAsync).Produces<Stream>(200, "application/vnd.apache.parquet").WithProblems(400)
            .WithSummary("The queries of a day with their outcomes, as one Parquet file.");
        group.MapGet("/archive", DescribeAsync).WithSummary("How far the project's queries are archived.");
    }

    private static async Task<Results<Ok<IEnumerable<QueryLogDay>>, ProblemHttpResult>> ListDaysAsync(
        string project,
        IClusterClient cluster,
        IQueryArchive archive,
        TimeProvider time,
        CancellationToken cancellationToken,
        string? from = null,
        string? to = null)
    {
        if (!TryParse(from, out var first))
            return WrongDay("from", from!);
        if (!TryParse(to, out var end))
            return WrongDay("to", to!);
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var days = await archive.ListDaysAsync(project, first, end, cancellationToken);
        return TypedResults.Ok(days.Select(day =>
            new QueryLogDay(day.ToString(DayFormat, CultureInfo.InvariantCulture), day < today)));
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> ExportAsync(
        string project, string day, IClusterClient cluster, IQueryArchive archive, QueryFinder log, CancellationToken cancellationToken)
    {
        if (!TryParse(day, out var wanted) || wanted is null)
            return WrongDay("day", day);
        if (await cluster.GetGrain<IProjectGrain>(project).Get() is null)
            return Problems.NoProject(project);
        await log.FlushAsync(cancellationToken);
        var folder = Directory.CreateTempSubdirectory("progeny-export-").FullName;
        try
        {
            var path = Path.Combine(folder, "day.parquet");
            if (await archive.ExportAsync(project, wanted.Value, path, cancellationToken) == 0)
                return Problems.NotFound($"'{project}' has no logged queries of {day}.");
            // Its name is gone at once; the contents are gone when the answer is sent.
            return TypedResults.Stream(
                new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete),
                "application/vnd.apache.parquet",
                $"{project}-{day}.parquet");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Results<Ok<QueryArchiveState>, ProblemHttpResult>> DescribeAsync(
        string project, IClusterClient cluster, IQueryArchive archive, CancellationToken cancellationToken) =>
        await cluster.GetGrain<IProjectGrain>(project).Get() is null
            ? Problems.NoProject(project)
            : TypedResults.Ok(await archive.DescribeAsync(project, cancellationToken));

    private static bool TryParse(string? text, out DateOnly? day)
    {
        day = null;
        if (text is null)
            return true;
        if (!DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed))
            return false;
        day = parsed;
        return true;
    }

    private static ProblemHttpResult WrongDay(string name, string text) =>
        Problems.Invalid($"{name} is {Problems.Quoted(text)}; a day such as 2026-11-30 (UTC) would be right.");
}
