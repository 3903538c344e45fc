using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Contracts.Security;
using Progeny.Core.Security;
using Progeny.Core.Security.Audit;
using Progeny.Gateway.Common;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Security;

internal static class AuditApi
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;
    private const string Lines = "application/x-ndjson";

    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/audit").WithTags("Security").Requires(Permissions.Administer, AccessScope.Node);
        group.MapGet("/", ListAsync).WithProblems(400)
            .WithSummary(
                "Who did or tried what, from where, when and with what result; newest first. by, project, action, from and to narrow it, "
                    + "before turns the page.");
        group.MapGet("/export", ExportAsync).Produces<AuditEntryView>(200, Lines).WithProblems(400)
            .WithSummary("All entries, oldest first, an object a line; the last line says where the log ends. from begins at an entry.");
        group.MapGet("/verify", VerifyAsync).WithProblems(400)
            .WithSummary(
                "Whether entries were changed, removed, put in or moved since they were written, and which; from begins at an entry.");
    }

    private static async Task<Results<Ok<IEnumerable<AuditEntryView>>, ProblemHttpResult>> ListAsync(
        IAuditLog log,
        CancellationToken cancellationToken,
        DateTimeOffset? from = null,
        DateTimeOffset? to = null,
        string? by = null,
        string? project = null,
        string? action = null,
        long? before = null,
        int? limit = null)
    {
        if (limit is < 1 or > MaxLimit)
            return Problems.Invalid($"limit is {limit}; it must be from 1 to {MaxLimit}.");
        if (from >= to)
            return Problems.Invalid("'from' is not before 'to'; entries are from 'from' on and before 'to'.");
        var entries = await log.ListAsync(new AuditFilter(from, to, by, project, action, before, limit ?? DefaultLimit), cancellationToken);
        return TypedResults.Ok(entries.Select(AuditViews.ToView));
    }

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> ExportAsync(
        HttpContext context, IAuditLog log, CancellationToken cancellationToken, long from = 1)
    {
        if (from < 1)
            return Problems.Invalid($"from is {from}; it must be the number of an entry, 1 or more.");
        context.Response.ContentType = Lines;
        context.Response.Headers.ContentDisposition = "attachment; filename=audit.ndjson";
        var end = await log.GetEndAsync(cancellationToken);
        var after = from - 1;
        while (after < end.Last && await log.ReadAsync(after, MaxLimit, cancellationToken) is { Count: > 0 } batch)
        {
            foreach (var entry in batch.TakeWhile(entry => entry.Sequence <= end.Last))
                await WriteAsync(entry.ToView());
            after = batch[^1].Sequence;
        }

        await WriteAsync(end.ToView());
        return TypedResults.Empty;

        Task WriteAsync<T>(T value) => context.Response.WriteAsync(AuditLines.Write(value) + "\n", Encoding.UTF8, cancellationToken);
    }

    private static async Task<Results<Ok<AuditVerificationView>, ProblemHttpResult>> VerifyAsync(
        IAuditLog log, AuditSeal seal, CancellationToken cancellationToken, long from = 1) =>
        from < 1
            ? Problems.Invalid($"from is {from}; it must be the number of an entry, 1 or more.")
            : TypedResults.Ok((await log.VerifyAsync(from, seal, cancellationToken)).ToView());
}
