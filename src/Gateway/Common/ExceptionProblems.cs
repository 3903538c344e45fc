using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Progeny.Abstractions.Common;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Core.Datasets.Catalog;
using Progeny.Core.Releases;
using Progeny.Core.Security;
using Progeny.Grains.Common;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Common;

/// <summary>
/// Exceptions as problem details: those that say what a caller did wrong with their message; all others without, but they are logged.
/// </summary>
internal sealed class ExceptionProblems(IProblemDetailsService problems, IOptions<JsonOptions> json, RequestFaults faults)
    : IExceptionHandler
{
    private const string RetryAfterSeconds = "2";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var (status, title, detail) = exception switch
        {
            RegistryException { Error: RegistryError.NotFound } => (StatusCodes.Status404NotFound, "Not found", exception.Message),
            RegistryException { Error: RegistryError.Conflict } => (StatusCodes.Status409Conflict, "Conflict", exception.Message),
            RegistryException { Error: RegistryError.Forbidden } => (StatusCodes.Status403Forbidden, "Forbidden", exception.Message),
            RegistryException => (StatusCodes.Status400BadRequest, "Invalid request", exception.Message),
            ApiKeyException { Error: ApiKeyError.NotFound } => (StatusCodes.Status404NotFound, "Not found", exception.Message),
            ApiKeyException { Error: ApiKeyError.Conflict } => (StatusCodes.Status409Conflict, "Conflict", exception.Message),
            ApiKeyException => (StatusCodes.Status400BadRequest, "Invalid request", exception.Message),
            PlanException => (StatusCodes.Status400BadRequest, "Invalid plan", exception.Message),
            IngestException { IsNoRoom: true } => (StatusCodes.Status507InsufficientStorage, "No room", exception.Message),
            IngestException => (StatusCodes.Status400BadRequest, "Invalid request", exception.Message),
            DatasetChangedException => (StatusCodes.Status409Conflict, "Conflict", exception.Message),
            ArtifactTooLargeException => (StatusCodes.Status413PayloadTooLarge, "Too large", exception.Message),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } bad => (bad.StatusCode, "Too large", bad.Message),
            BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } slow => (slow.StatusCode, "Too slow", slow.Message),
            BadHttpRequestException bad => (bad.StatusCode, "Invalid request", UnboundRequest.Describe(
                bad, httpContext.Request, httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint, json.Value.SerializerOptions)),
            // What the server throws for the length of a chunk that no number holds.
            IOException { InnerException: OverflowException } chunk => (StatusCodes.Status400BadRequest, "Invalid request", chunk.Message),
            StorageUnavailableException => (StatusCodes.Status503ServiceUnavailable, "Storage unavailable", exception.Message),
            OrleansException =>
                (StatusCodes.Status503ServiceUnavailable, "No node answers", "The part of the cluster that this needs does not answer "
                    + $"now; ask again. {ClusterFault.Describe(exception)}"),
            TimeoutException =>
                (StatusCodes.Status504GatewayTimeout, "No answer in time", "The node did not answer in time; the request may still have "
                    + "taken effect."),
            _ => (StatusCodes.Status500InternalServerError, "Internal error", "The node failed on this request; its log says more."),
        };
        if (status >= StatusCodes.Status500InternalServerError)
            faults.Log(httpContext, exception);
        httpContext.Response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable)
            httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
        SecurityHeaders.Set(httpContext.Response.Headers); // the exception took the headers away
        var context = new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = { Status = status, Title = title, Detail = detail },
        };
        if (exception is RegistryException { Faults: { IsEmpty: false } found })
            context.ProblemDetails.Extensions["errors"] = found;
        if (exception is PlanException plan)
            context.ProblemDetails.Extensions["errors"] = plan.Faults;
        return await problems.TryWriteAsync(context);
    }
}
