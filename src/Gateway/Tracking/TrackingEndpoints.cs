using System.Text.Json;
using Progeny.Core.Security;
using Progeny.Core.Tracking;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Tracking;

/// <summary>Maps endpoints of MLflow's API, whose answers and errors have MLflow's shape.</summary>
internal static class TrackingEndpoints
{
    private const string Json = "application/json";

    /// <summary>An endpoint that reads.</summary>
    public static void Reads(this IEndpointRouteBuilder group, string methods, string path, Func<TrackingCall, Task<object>> answer) =>
        group.Map(methods, path, Permissions.Read, null, answer);

    /// <summary>An endpoint that writes what is logged; it has no entries in the audit log.</summary>
    public static void Logs(this IEndpointRouteBuilder group, string methods, string path, Func<TrackingCall, Task<object>> answer) =>
        group.Map(methods, path, Permissions.Develop, null, answer);

    /// <summary>An endpoint that changes something which others use.</summary>
    /// <param name="action">The name of its entries in the audit log.</param>
    public static void Changes(
        this IEndpointRouteBuilder group, string methods, string path, string action, Func<TrackingCall, Task<object>> answer) =>
        group.Map(methods, path, Permissions.Develop, action, answer);

    /// <summary>Answers a request that reads its own body, with errors in MLflow's shape.</summary>
    public static RequestDelegate Guarded(Func<HttpContext, Task> answer) => async context =>
    {
        try
        {
            await answer(context);
        }
        catch (TrackingException exception) when (!context.Response.HasStarted)
        {
            await TrackingErrors.WriteAsync(context, exception);
        }
    };

    /// <summary>Writes an answer.</summary>
    public static Task WriteAsync(HttpContext context, object answer)
    {
        context.Response.ContentType = Json;
        return JsonSerializer.SerializeAsync(context.Response.Body, answer, AnswerJson.Of(answer), context.RequestAborted);
    }

    private static void Map(
        this IEndpointRouteBuilder group,
        string methods,
        string path,
        Permissions permissions,
        string? action,
        Func<TrackingCall, Task<object>> answer)
    {
        var endpoint = group.MapMethods(
            path,
            methods.Split(' '),
            Guarded(async context =>
            {
                var call = await TrackingCall.ReadAsync(context);
                if (action is not null)
                    Note(call);
                await WriteAsync(context, await answer(call));
            }));
        endpoint.Requires(permissions, AccessScope.Experiment);
        _ = action is null ? endpoint.NotAudited() : endpoint.Audited(action);
    }

    /// <summary>Notes for the audit log what a request is about: its path does not say so.</summary>
    private static void Note(TrackingCall call)
    {
        var route = call.Context.Request.RouteValues;
        var subject = call.Text("name", true) ?? call.Text("run_id", true) ?? call.Text("experiment_id", true)
            ?? (route["path"] ?? route["loggedModel"]) as string;
        var values = new[] { "version", "alias", "stage", "key", "value", "new_name", "source" }
            .Select(name => (Name: name, Value: call.Text(name, true))).Where(pair => pair.Value is not null)
            .ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
        call.Context.SetAudit(null, values.Count == 0 ? null : values, subject);
    }
}
