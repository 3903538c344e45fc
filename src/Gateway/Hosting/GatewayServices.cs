using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.OpenApi;
using Progeny.Gateway.Metrics;
using Progeny.Gateway.Security;
using Progeny.Gateway.Serving;

namespace Progeny.Gateway.Hosting;

internal static class GatewayServices
{
    public static void AddGatewayServices(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            options.SerializerOptions.DictionaryKeyPolicy = null;
            options.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            options.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            options.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
            options.SerializerOptions.Converters.Add(new GenerationReferenceConverter());
            options.SerializerOptions.Converters.Add(new IsoTimeConverter());
        });
        // A body that does not fit is an exception, of which ExceptionProblems tells what is wrong where.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddProblemDetails(options => options.CustomizeProblemDetails = context => context.ProblemDetails.Detail ??= context.ProblemDetails.Status switch
        {
            StatusCodes.Status404NotFound => $"There is nothing at {context.HttpContext.Request.Path}; GET /openapi/v1.json lists what there is.",
            StatusCodes.Status405MethodNotAllowed => $"{context.HttpContext.Request.Method} is not allowed at {context.HttpContext.Request.Path}; GET /openapi/v1.json lists what is.",
            StatusCodes.Status415UnsupportedMediaType => "The request needs the header 'Content-Type: application/json'.",
            _ => null,
        });
        services.AddExceptionHandler<ExceptionProblems>();
        services.AddSingleton<PrometheusMetrics>();
        services.AddOpenApi(options =>
        {
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info.Title = "Progeny";
                document.Info.Description = "Release, train, serve and correct machine-learning projects. Errors are problem details (RFC 9457).";
                return Task.CompletedTask;
            });
            options.AddSchemaTransformer((schema, context, _) =>
            {
                // What a converter of our own reads, the generator knows no type of.
                if ((Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type) == typeof(DateTimeOffset))
                    schema.Type = context.JsonTypeInfo.Type == typeof(DateTimeOffset) ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
                return Task.CompletedTask;
            });
        });
    }

    public static void UseProblemDetails(this WebApplication app)
    {
        app.UseMiddleware<RequestGuard>();
        app.UseRouting();
        app.UseMiddleware<NameGuard>();
        app.UseWhen(context => !HotPath.IsTaken(context), branch =>
        {
            branch.UseExceptionHandler();
            branch.UseStatusCodePages();
        });
    }
}
