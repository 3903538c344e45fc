using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Core.QueryLog;

namespace Progeny.Gateway.QueryLog;

/// <summary>What is said of a query that was erased.</summary>
internal static class ErasedQueries
{
    /// <summary>410, where the query was erased; null: it was not.</summary>
    public static async Task<ProblemHttpResult?> FindAsync(
        IQueryErasure erasure, string project, string queryId, CancellationToken cancellationToken) =>
        await erasure.FindAsync(project, queryId, cancellationToken) is { } note
            ? TypedResults.Problem(
                statusCode: StatusCodes.Status410Gone,
                title: "Erased",
                detail: $"The query '{queryId}' of '{project}' was erased on {note.At.UtcDateTime:yyyy-MM-dd} by {note.By}; it cannot be "
                    + "shown, replayed or explained.",
                extensions: new Dictionary<string, object?> { ["erased_at"] = note.At, ["erased_by"] = note.By })
            : null;
}
