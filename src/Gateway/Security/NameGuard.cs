using System.Text.RegularExpressions;
using Progeny.Core.Manifests;
using Progeny.Gateway.Common;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Security;

/// <summary>Refuses paths with a name that nothing can have, before anything is looked up by it.</summary>
internal sealed partial class NameGuard(RequestDelegate next)
{
    private const int MatchTimeoutMilliseconds = 1000;

    public Task InvokeAsync(HttpContext context)
    {
        // A page of the console says in its own way that there is nothing.
        if (!context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
            && !context.Request.Path.StartsWithSegments("/v2", StringComparison.Ordinal))
            return next(context);
        foreach (var (key, value) in context.Request.RouteValues)
        {
            if (value is string name && Problem(key, name) is { } problem)
                return new GuardProblem(StatusCodes.Status404NotFound, "Not found", problem).ExecuteAsync(context);
        }

        return next(context);
    }

    private static string? Problem(string key, string name) => key switch
    {
        "project" or "model" when !Project().IsMatch(name) =>
            $"There is no project {Problems.Quoted(name)}; a name begins with a small letter and has small letters, digits, '-' and '_', "
                + "at most 63.",
        "release" or "version" when !Version().IsMatch(name) =>
            $"There is no version {Problems.Quoted(name)}; one looks like '1.2.0' (a release) or '1.2.0:3' (release:generation).",
        "job" when !Job().IsMatch(name) => $"There is no job {Problems.Quoted(name)}; its id is 32 digits, a to f among them.",
        "experiment" when !Experiment().IsMatch(name) => $"There is no experiment {Problems.Quoted(name)}; one looks like 'canary-1'.",
        "key" when !Key().IsMatch(name) => $"There is no key {Problems.Quoted(name)}; name one by its id or its name.",
        _ => null,
    };

    [GeneratedRegex("^" + Manifest.NamePattern + @"\z", RegexOptions.CultureInvariant, MatchTimeoutMilliseconds)]
    private static partial Regex Project();

    [GeneratedRegex(@"^[0-9A-Za-z.+:-]{1,80}\z", RegexOptions.CultureInvariant, MatchTimeoutMilliseconds)]
    private static partial Regex Version();

    [GeneratedRegex(@"^[0-9a-f]{32}\z", RegexOptions.CultureInvariant, MatchTimeoutMilliseconds)]
    private static partial Regex Job();

    [GeneratedRegex(@"^[a-z][a-z0-9]{0,31}-[0-9]{1,9}\z", RegexOptions.CultureInvariant, MatchTimeoutMilliseconds)]
    private static partial Regex Experiment();

    [GeneratedRegex(@"^[A-Za-z0-9._@-]{1,60}\z", RegexOptions.CultureInvariant, MatchTimeoutMilliseconds)]
    private static partial Regex Key();
}
