using Progeny.Contracts.Hosting;
using Progeny.Core.Common;
using Progeny.Core.Security;
using Progeny.Grains.Hosting;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Hosting;

internal static class AboutApi
{
    public static string Version { get; } = typeof(AboutApi).Assembly.GetName().Version!.ToString(3);

    public static void MapAbout(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(
            "/api/about",
            (NodeName node) => new About("Progeny", Version, node.Value, LibraryVersions.Orleans, LibraryVersions.OnnxRuntime))
            .WithTags("About").Requires(Permissions.None, AccessScope.Node)
            .WithSummary("The version of this node, of Orleans and of ONNX Runtime.");
    }
}
