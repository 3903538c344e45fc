using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Contracts.Datasets;
using Progeny.Core.Datasets.Subscriptions;
using Progeny.Core.Feeds;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Security;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Datasets;

/// <summary>The places from which datasets take what comes there.</summary>
internal static class SubscriptionsApi
{
    public static void MapSubscriptions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/datasets/{dataset}/subscriptions").WithTags("Datasets");
        group.MapGet("/", ListAsync).WithSummary("Lists the subscriptions of a dataset.")
            .Requires(Permissions.Read, AccessScope.Dataset);
        group.MapPost("/", CreateAsync).WithProblems(400, 409)
            .WithSummary("Has a dataset take what comes into a folder, below a prefix of a bucket, or behind the watermark of a query.")
            .Requires(Permissions.Develop | Permissions.UseFeeds, AccessScope.Dataset).Audited("subscription.create");
        group.MapGet("/{subscription}", GetAsync).WithProblems(404).WithSummary("Shows a subscription.")
            .Requires(Permissions.Read, AccessScope.Dataset);
        group.MapPost("/{subscription}/run", RunAsync).WithProblems(400, 404)
            .WithSummary("Asks for a run of a subscription now; with 'behind' it takes what came behind the watermark, and rewritten objects.")
            .Requires(Permissions.Develop, AccessScope.Dataset).Audited("subscription.run");
        group.MapDelete("/{subscription}", RemoveAsync).WithProblems(404).WithSummary("Removes a subscription; the rows that it took stay.")
            .Requires(Permissions.Develop, AccessScope.Dataset).Audited("subscription.remove");
    }

    private static async Task<Ok<IEnumerable<SubscriptionView>>> ListAsync(
        string dataset, ISubscriptionStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok((await store.ListAsync(dataset, cancellationToken)).Select(each => each.Subscription.ToView(each.Status)));

    private static async Task<Results<Ok<SubscriptionView>, ProblemHttpResult>> GetAsync(
        string dataset, string subscription, ISubscriptionStore store, CancellationToken cancellationToken) =>
        (await store.ListAsync(dataset, cancellationToken)).Where(each => each.Subscription.Name == subscription)
            .Select(each => each.Subscription.ToView(each.Status)).FirstOrDefault() is { } view
                ? TypedResults.Ok(view)
                : Missing(dataset, subscription);

    private static async Task<Results<Created<SubscriptionView>, ProblemHttpResult>> CreateAsync(
        string dataset,
        SubscriptionRequest request,
        CurrentCaller caller,
        ISubscriptionStore store,
        IObjectSources sources,
        IFeedCatalog feeds,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (!RowsApi.IsName(dataset))
            return RowsApi.NoName(dataset);
        var (subscription, problem) = SubscriptionChecks.Read(dataset, request, caller.Caller.Name, time.GetUtcNow());
        if (subscription is null)
            return Problems.Invalid(problem!);
        try
        {
            if (subscription.Kind == SubscriptionKind.Query)
                feeds.Get(subscription.Place, dataset);
            else
                (sources.Open(subscription) as IDisposable)?.Dispose();
        }
        catch (Exception exception) when (exception is SubscriptionException or FeedException)
        {
            return Problems.Invalid(exception.Message);
        }

        var view = subscription.ToView(new SubscriptionStatus());
        caller.SetAudit(null, view, $"subscription {dataset}/{subscription.Name}");
        return await store.AddAsync(subscription, cancellationToken)
            ? TypedResults.Created($"/api/datasets/{dataset}/subscriptions/{subscription.Name}", view)
            : TypedResults.Problem(
                statusCode: StatusCodes.Status409Conflict,
                title: "Conflict",
                detail: $"The dataset '{dataset}' has a subscription '{subscription.Name}'; remove it, or take another name.");
    }

    private static async Task<Results<Accepted<SubscriptionView>, ProblemHttpResult>> RunAsync(
        string dataset,
        string subscription,
        SubscriptionRunRequest? request,
        ISubscriptionStore store,
        CancellationToken cancellationToken)
    {
        var found = (await store.ListAsync(dataset, cancellationToken)).FirstOrDefault(each => each.Subscription.Name == subscription);
        if (request?.Behind == true && found.Subscription is { Kind: SubscriptionKind.Query, Key.Count: 0 })
            return Problems.Invalid(QueryPuller.NoKey);
        var status = await store.ChangeAsync(
            dataset,
            subscription,
            now => now with { IsAsked = true, TakesBehind = now.TakesBehind || request?.Behind == true },
            cancellationToken);
        return status is null || found.Subscription is null
            ? Missing(dataset, subscription)
            : TypedResults.Accepted($"/api/datasets/{dataset}/subscriptions/{subscription}", found.Subscription.ToView(status));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RemoveAsync(
        string dataset, string subscription, ISubscriptionStore store, CancellationToken cancellationToken) =>
        await store.RemoveAsync(dataset, subscription, cancellationToken) ? TypedResults.NoContent() : Missing(dataset, subscription);

    private static ProblemHttpResult Missing(string dataset, string subscription) =>
        Problems.NotFound($"The dataset {Problems.Quoted(dataset)} has no subscription {Problems.Quoted(subscription)}.");
}
