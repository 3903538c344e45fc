using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Progeny.Contracts.Security;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Security;

internal static class KeysApi
{
    private const string Root = "/api/keys";

    // Where nobody has to prove who they are, anybody could make a key that is still accepted when that has changed.
    private static readonly ProblemHttpResult _off = TypedResults.Problem(
        statusCode: StatusCodes.Status409Conflict,
        title: "Conflict",
        detail: "This node asks nobody who they are, so it has no keys; with the setting Security:Enabled=true it does.");

    public static void MapKeys(this IEndpointRouteBuilder routes)
    {
        var keys = routes.MapGroup(Root).WithTags("Keys").WithProblems(409).Requires(Permissions.Administer, AccessScope.Node);
        keys.MapGet("/", ListAsync).WithSummary("All keys, in the order in which they were made, without their secrets.");
        keys.MapPost("/", CreateAsync).WithProblems(400).WithSummary("Makes a key; its secret is in this answer and nowhere else.");
        keys.MapGet("/{key}", GetAsync).WithProblems(404).WithSummary("One key by its id, or the newest of a name.");
        keys.MapPost("/{key}/rotate", RotateAsync).WithProblems(400, 404)
            .WithSummary(
                "Makes a key that takes this one's place; this one is accepted for a while longer, an hour unless the body says "
                    + "otherwise.");
        keys.MapPost("/{key}/revoke", RevokeAsync).Accepts<object>(isOptional: true, "application/json").WithProblems(404)
            .WithSummary(
                "Has a key refused, of a name all: at once on this node, within two seconds on all. The last key for everything only with "
                    + "force.");
        keys.MapDelete("/{key}", RevokeAsync).WithProblems(404).WithSummary("The same as revoke.");
    }

    private static async Task<Results<Ok<IEnumerable<ApiKeyView>>, ProblemHttpResult>> ListAsync(
        [FromServices] ApiKeys? keys, TimeProvider time, CancellationToken cancellationToken)
    {
        if (keys is null)
            return _off;
        var all = await keys.ListAsync(cancellationToken);
        return TypedResults.Ok(all.Select(key => key.ToView(all, time.GetUtcNow())));
    }

    private static async Task<Results<Ok<ApiKeyView>, ProblemHttpResult>> GetAsync(
        string key, [FromServices] ApiKeys? keys, TimeProvider time, CancellationToken cancellationToken)
    {
        if (keys is null)
            return _off;
        var all = await keys.ListAsync(cancellationToken);
        return await keys.FindAsync(key, cancellationToken) is { } found
            ? TypedResults.Ok(found.ToView(all, time.GetUtcNow()))
            : Problems.NotFound($"There is no key {Problems.Quoted(key)}.");
    }

    private static async Task<Results<Created<NewApiKeyView>, ProblemHttpResult>> CreateAsync(
        ApiKeyRequest request,
        CurrentCaller caller,
        HttpResponse response,
        [FromServices] ApiKeys? keys,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (keys is null)
            return _off;
        return Show(
            caller,
            await keys.CreateAsync(
                ApiKeyChecks.ReadName(request.Name),
                ApiKeyChecks.ReadAccess(request.Allow),
                request.ExpiresAt,
                caller.Caller.Name,
                cancellationToken),
            response,
            time);
    }

    private static async Task<Results<Created<NewApiKeyView>, ProblemHttpResult>> RotateAsync(
        string key,
        KeyRotationRequest? request,
        CurrentCaller caller,
        HttpResponse response,
        [FromServices] ApiKeys? keys,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (keys is null)
            return _off;
        var overlap = request?.OverlapSeconds ?? ApiKeys.StandardOverlap.TotalSeconds;
        if (!(overlap >= 0 && overlap <= ApiKeys.MaxOverlap.TotalSeconds))
            return Problems.Invalid($"overlap_seconds is {overlap}; 0 to {ApiKeys.MaxOverlap.TotalSeconds} is allowed.");
        return Show(
            caller, await keys.RotateAsync(key, TimeSpan.FromSeconds(overlap), caller.Caller.Name, cancellationToken), response, time);
    }

    private static async Task<Results<Ok<IEnumerable<ApiKeyView>>, ProblemHttpResult>> RevokeAsync(
        string key,
        CurrentCaller caller,
        [FromServices] ApiKeys? keys,
        TimeProvider time,
        CancellationToken cancellationToken,
        bool force = false)
    {
        if (keys is null)
            return _off;
        var revoked = await keys.RevokeAsync(key, force, caller.Caller.Name, cancellationToken);
        caller.SetAudit(new { Revoked = false }, revoked.Select(Audited));
        return TypedResults.Ok(revoked.Select(each => each.ToView(revoked, time.GetUtcNow())));
    }

    private static Created<NewApiKeyView> Show(CurrentCaller caller, NewApiKey made, HttpResponse response, TimeProvider time)
    {
        response.Headers.CacheControl = "no-store";
        caller.SetAudit(null, Audited(made.Key), $"key {made.Key.Id}");
        return TypedResults.Created($"{Root}/{made.Key.Id}", new NewApiKeyView(made.Text, made.Key.ToView([made.Key], time.GetUtcNow())));
    }

    /// <summary>What the audit log keeps of a key.</summary>
    internal static object Audited(ApiKey key) =>
        new { key.Id, key.Name, Access = string.Join(", ", key.Access), key.ExpiresAt, key.RevokedAt, key.Replaces };
}
