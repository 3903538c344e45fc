using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Progeny.Silo.Security.Audit;

/// <summary>
/// The action of an endpoint: a noun and a verb, from the path and the method. <c>POST …/generations/{version}/retire</c> is
/// <c>generation.retire</c>, <c>POST …/releases</c> is <c>release.create</c>, <c>PUT …/rollout</c> is <c>rollout.set</c>.
/// </summary>
internal static class AuditActions
{
    private const string Root = "api";
    private static readonly ConditionalWeakTable<Endpoint, string> Known = [];

    /// <summary>The action; null: requests of this endpoint have no entries, but for those that are refused.</summary>
    public static string? Find(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
            return null;
        var declared = endpoint.Metadata.GetMetadata<AuditedAs>();
        if (IsSafe(context.Request.Method) && declared is not { IsSignIn: true })
            return null;
        return declared is null ? Derive(endpoint, context.Request.Method) : declared.Action;
    }

    /// <summary>Whether a request is one by which somebody signs in.</summary>
    public static bool IsSignIn(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<AuditedAs>() is { IsSignIn: true };

    /// <summary>The action of a request that is refused, whatever it is.</summary>
    public static string Name(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
            return "request";
        return endpoint.Metadata.GetMetadata<AuditedAs>()?.Action ?? Derive(endpoint, context.Request.Method);
    }

    /// <summary>Derives the action of a path and a method.</summary>
    internal static string Derive(RoutePattern pattern, string method)
    {
        var words = new List<string>();
        var endsInParameter = false;
        foreach (var segment in pattern.PathSegments)
        {
            if (segment is { IsSimple: true, Parts: [RoutePatternLiteralPart literal] })
            {
                if (words.Count == 0 && literal.Content == Root)
                    continue;
                endsInParameter = false;
                words.Add(literal.Content);
            }
            else
                endsInParameter = true;
        }

        if (words.Count == 0)
            return $"page.{Verb(method)}";
        var last = words[^1];
        var isCollection = last.EndsWith('s');
        if (endsInParameter || isCollection || words.Count == 1 || !HttpMethods.IsPost(method))
            return $"{Singular(last)}.{(HttpMethods.IsPost(method) && !isCollection && !endsInParameter ? "set" : Verb(method))}";
        return $"{Singular(words[^2])}.{last}";
    }

    private static string Derive(RouteEndpoint endpoint, string method) =>
        Known.GetValue(endpoint, each => Derive(((RouteEndpoint)each).RoutePattern, method));

    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);

    private static string Verb(string method) => method switch
    {
        _ when HttpMethods.IsPost(method) => "create",
        _ when HttpMethods.IsDelete(method) => "delete",
        _ when HttpMethods.IsGet(method) || HttpMethods.IsHead(method) => "read",
        _ => "set",
    };

    private static string Singular(string noun) => noun switch
    {
        "queries" => "query",
        _ when noun.EndsWith('s') => noun[..^1],
        _ => noun,
    };
}
