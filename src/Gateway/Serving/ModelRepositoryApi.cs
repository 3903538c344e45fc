using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Abstractions.Serving;
using Progeny.Core.Security;
using Progeny.Gateway.Common;
using Progeny.Gateway.Security;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Serving;

/// <summary>What Triton's clients ask beside the Open Inference Protocol: the index, configurations and statistics of models.</summary>
internal static class ModelRepositoryApi
{
    public static void MapModelRepository(this IEndpointRouteBuilder routes)
    {
        var repository = routes.MapGroup($"{InferenceProtocolApi.Root}/repository").WithTags("Open Inference Protocol");
        repository.MapPost(
            "/index",
            (RepositoryIndexRequest? request, CurrentCaller caller, ModelRepository models) =>
                models.ListAsync(caller.Caller, request?.Ready ?? false))
            .NotAudited().Requires(Permissions.None, AccessScope.Node)
            .WithSummary("The projects that the caller may know of, and whether they answer queries.");
        repository.MapPost("/models/{model}/load", LoadAsync).NotAudited().Requires(Permissions.Predict).WithProblems(400, 404, 409, 410)
            .WithSummary("Loads the generations of a project's plan, which its first query would do.");
        repository.MapPost("/models/{model}/unload", UnloadAsync).NotAudited().Requires(Permissions.Operate).WithProblems(404, 409)
            .WithSummary("Refused while the project has a plan: what serves stays loaded.");
        Map(routes.MapGroup($"{InferenceProtocolApi.Root}/models/{{model}}"));
        Map(routes.MapGroup($"{InferenceProtocolApi.Root}/models/{{model}}/versions/{{version}}"));
    }

    private static void Map(RouteGroupBuilder model)
    {
        model.WithTags("Open Inference Protocol").WithProblems(404, 409, 410).Requires(Permissions.None);
        model.MapGet("/config", ConfigureAsync).WithSummary("Inputs and outputs of a model, as Triton describes them.");
        model.MapGet("/stats", CountAsync).WithSummary("What generations of a model have answered on this node since it started.");
    }

    private static async Task<Results<Ok<ModelConfiguration>, ProblemHttpResult>> ConfigureAsync(
        string model, ModelRepository models, string? version = null)
    {
        var (description, error) = await models.DescribeAsync(model, version);
        return description is null ? ServingProblems.ToResult(error!) : TypedResults.Ok(ModelConfiguration.From(description));
    }

    private static async Task<Results<Ok<ModelStatisticsList>, ProblemHttpResult>> CountAsync(
        string model, ModelRepository models, string? version = null) => await models.FindProblemAsync(model, version) is { } error
            ? ServingProblems.ToResult(error)
            : TypedResults.Ok(new ModelStatisticsList(models.Count(model, version)));

    private static async Task<Results<Ok, ProblemHttpResult>> LoadAsync(string model, HttpRequest request, ModelRepository models)
    {
        var error = await FindOverrideAsync(request) ?? await models.FindProblemAsync(model, null);
        return error is null ? TypedResults.Ok() : ServingProblems.ToResult(error);
    }

    /// <summary>
    /// Why a request to load is refused for what it wants to load in place of the release. Clients send the body without a type.
    /// </summary>
    private static async Task<ServingError?> FindOverrideAsync(HttpRequest request)
    {
        if (request.ContentLength is null or 0)
            return null;
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, default, request.HttpContext.RequestAborted);
            if (body.RootElement.ValueKind != JsonValueKind.Object
                || !body.RootElement.TryGetProperty("parameters", out var parameters) || parameters.ValueKind != JsonValueKind.Object)
                return null;
            var names = parameters.EnumerateObject().Select(parameter => parameter.Name).ToList();
            return names.Count > 0 ? ModelRepository.NoOverride(names[0]) : null;
        }
        catch (JsonException exception)
        {
            return new ServingError(ServingErrorKind.InvalidQuery, $"The request is no JSON: {exception.Message}");
        }
    }

    private static async Task<Results<Ok, ProblemHttpResult>> UnloadAsync(string model, ModelRepository models) =>
        await models.UnloadAsync(model) is { } error ? ServingProblems.ToResult(error) : TypedResults.Ok();
}
