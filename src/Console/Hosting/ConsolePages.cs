using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Progeny.Console.Layout;
using Progeny.Console.Security;

namespace Progeny.Console.Hosting;

/// <summary>Pages of the console that its host shows.</summary>
public static class ConsolePages
{
    /// <summary>What belongs to programs: there everything is answered for programs.</summary>
    private static readonly PathString[] _machinePaths = ["/api", "/v2", "/openapi", "/metrics", "/health"];

    /// <summary>Whether a request is of a person at a browser.</summary>
    public static bool AreFor(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
            && !_machinePaths.Any(path => request.Path.StartsWithSegments(path));

    /// <summary>A page that only says something.</summary>
    public static IResult Notice(string title, string text, int status) => new ConsolePage<NoticePage>(new Notice(title, text), status);

    /// <summary>The page at which people sign in.</summary>
    public static IResult SignIn(SignInView view, int status) => new ConsolePage<SignInPage>(view, status);

    /// <summary>The page of keys.</summary>
    public static IResult Keys(KeysView view, int status) => new ConsolePage<KeysPage>(view, status);

    /// <summary>Marks endpoints as pages, whose failures are pages too.</summary>
    public static RouteGroupBuilder AsPages(this RouteGroupBuilder group) =>
        group.ExcludeFromDescription().WithMetadata(ConsoleMark.Instance);
}
