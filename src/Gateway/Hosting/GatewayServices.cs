using System.Text.Json.Serialization;
using OpenTelemetry.Trace;
using Progeny.Contracts.Common;
using Progeny.Gateway.Common;
using Progeny.Gateway.QueryLog;
using Progeny.Gateway.Security;
using Progeny.Gateway.Serving;
using Progeny.Gateway.Serving.Grpc;
using Progeny.Gateway.Tracking;
using Progeny.Silo.Hosting;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;
using Progeny.Silo.Security.Rates;

namespace Progeny.Gateway.Hosting;

internal static class GatewayServices
{
    /// <summary>The most characters of a problem's detail: what a caller wrote is in it, and need not come back whole.</summary>
    private const int MaxDetail = 16 * 1024;

    public static void AddGatewayServices(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(options =>
        {
            ApiJson.Configure(options.SerializerOptions);
            options.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            options.SerializerOptions.Converters.Add(new IsoTimeConverter());
        });
        // A body that does not fit is an exception, of which ExceptionProblems tells what is wrong where.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddSingleton<IProblemDetailsWriter, TrackingProblemWriter>(); // before the usual one
        services.AddSingleton<TrackingAccess>();
        services.AddProblemDetails(options => options.CustomizeProblemDetails = Complete);
        services.AddSingleton<RequestFaults>();
        services.AddExceptionHandler<ExceptionProblems>();
        // The request's span is the first of a query and continues the caller's trace, where traces are exported.
        services.ConfigureOpenTelemetryTracerProvider(traces => traces.AddAspNetCoreInstrumentation());
        services.AddNodeEndpoints();
        services.AddSingleton<RequestBodies>();
        services.AddSingleton<ModelRepository>();
        services.AddInferenceService();
        services.AddSingleton<QueryTails>();
        services.AddSingleton<DatasetEraser>();
        services.AddApiDescription();
    }

    public static void UseProblemDetails(this WebApplication app)
    {
        app.UseSecurityHeaders();
        app.UseMiddleware<HeadRequests>();
        app.Use(TrackingPaths.Rewrite);
        app.UseRequestGuard();
        app.UseRouting();
        app.UseCorsOrigins();
        app.UseMiddleware<NameGuard>();
        app.UseAccessGuard();
        app.UseRateGuard();
        app.UseAuditTrail();
        app.UseCompressedRequests();
        app.UseWhen(context => !HotPath.IsTaken(context), branch =>
        {
            branch.UseExceptionHandler();
            branch.Use(CutStartedAsync);
            branch.UseStatusCodePages();
            branch.UseMiddleware<DatabaseGuard>();
        });
    }

    /// <summary>
    /// Adds a detail where the server has none, and under <c>/v2</c> the member of the Open Inference Protocol for errors.
    /// </summary>
    private static void Complete(ProblemDetailsContext context)
    {
        var (problem, request) = (context.ProblemDetails, context.HttpContext.Request);
        problem.Detail ??= request.Body is CompressedBody { Problem: { } found } ? found : problem.Status switch
        {
            StatusCodes.Status404NotFound => $"There is nothing at {request.Path}; GET /openapi/v1.json lists what there is.",
            StatusCodes.Status405MethodNotAllowed =>
                $"{request.Method} is not allowed at {request.Path}; GET /openapi/v1.json lists what is.",
            StatusCodes.Status413PayloadTooLarge => $"The body has more than {Requests.MaxBytes} bytes, the most allowed.",
            StatusCodes.Status415UnsupportedMediaType => "The request needs the header 'Content-Type: application/json'.",
            _ => null,
        };
        if (problem.Detail is { Length: > MaxDetail } detail)
            problem.Detail = string.Concat(detail.AsSpan(0, MaxDetail), "…");
        if (request.Path.StartsWithSegments(InferenceProtocolApi.Root))
            problem.Extensions.TryAdd("error", problem.Detail ?? problem.Title);
    }

    /// <summary>
    /// An exception after the answer has begun cannot be told to the client any more; the handler before it would leave it to the server.
    /// </summary>
    private static async Task CutStartedAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (context.Response.HasStarted && !RequestFaults.IsAbort(context, exception))
        {
            context.RequestServices.GetRequiredService<RequestFaults>().Cut(context, exception);
        }
    }
}
