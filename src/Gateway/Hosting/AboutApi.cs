using Progeny.Grains.Hosting;

namespace Progeny.Gateway.Hosting;

internal static class AboutApi
{
    public static string Version { get; } = typeof(AboutApi).Assembly.GetName().Version!.ToString(3);

    public static void MapAbout(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/about", () => new About("Progeny", Version, Environment.MachineName, Engines.Orleans, Engines.OnnxRuntime))
            .WithTags("About").WithSummary("What this node is and which engines it runs on.");
    }

    internal sealed record About(string Product, string Version, string Node, string Orleans, string OnnxRuntime);
}
