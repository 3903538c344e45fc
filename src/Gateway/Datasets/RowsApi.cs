using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Datasets.Rows;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Security;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Datasets;

/// <summary>Rows that are appended to datasets.</summary>
internal static partial class RowsApi
{
    private const int MaxIdLength = 200;
    private const int MatchMilliseconds = 100;

    public static void MapRows(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/datasets/{dataset}/rows", AppendAsync).WithTags("Datasets")
            .Accepts<object>("application/x-ndjson", "application/jsonl").WithMetadata(new BodySizeLimit(RowAppender.MaxBytes))
            .Requires(Permissions.Develop, AccessScope.Dataset).NotAudited()
            .WithSummary(
                "Appends rows, an object of JSON a line: all of them or, where a line is no row, none. They are on disk when this is answered, and are "
                    + "read at once. With 'batch' they are stored once, however often they are sent; with a key each row is.")
            .WithProblems(400, 409, 413);

    /// <summary>Whether a dataset can have a name.</summary>
    internal static bool IsName(string dataset) => DatasetName().IsMatch(dataset);

    internal static ProblemHttpResult NoName(string dataset) => Problems.Invalid(
        $"{Problems.Quoted(dataset)} is no name of a dataset; it begins with a small letter and has small letters, digits, '-' and "
            + "'_', at most 63.");

    private static async Task<Results<Ok<AppendReceipt>, ProblemHttpResult>> AppendAsync(
        string dataset,
        HttpContext context,
        CurrentCaller caller,
        RowAppender appender,
        CancellationToken cancellationToken,
        string? batch = null,
        string? key = null)
    {
        if (!IsName(dataset))
            return NoName(dataset);
        if (batch is { Length: 0 or > MaxIdLength } || batch?.Any(char.IsControl) == true)
            return Problems.Invalid($"'batch' must have 1 to {MaxIdLength} characters, none of which is a control character.");
        var columns = key?.Split(',', StringSplitOptions.TrimEntries);
        if (columns?.Any(column => column.Length == 0) == true
            || columns?.Distinct(StringComparer.OrdinalIgnoreCase).Count() != columns?.Length)
            return Problems.Invalid("'key' must be names of different columns with commas between them, such as 'id' or 'shop,number'.");
        var body = await ReadAsync(context.Request, cancellationToken);
        try
        {
            return TypedResults.Ok(
                await appender.AppendAsync(dataset, body, batch, columns, caller.Caller.Name, cancellationToken));
        }
        catch (RowLineException exception)
        {
            return TypedResults.Problem(
                statusCode: StatusCodes.Status400BadRequest,
                title: "Invalid row",
                detail: $"{exception.Message} Nothing of the batch is stored; send all of it again, corrected.",
                extensions: new Dictionary<string, object?> { ["line"] = exception.Line });
        }
        catch (RowBatchConflictException exception)
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status409Conflict, title: "Conflict", detail: exception.Message);
        }
    }

    /// <summary>The whole body; a batch is stored as one, and its size is limited.</summary>
    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream((int)Math.Min(request.ContentLength ?? 0, RowAppender.MaxBytes));
        await request.Body.CopyToAsync(body, cancellationToken);
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    [GeneratedRegex("^" + DatasetInfo.NamePattern + @"\z", RegexOptions.CultureInvariant, MatchMilliseconds)]
    private static partial Regex DatasetName();
}
