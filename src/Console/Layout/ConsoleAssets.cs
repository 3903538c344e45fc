using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Progeny.Core.Security;

namespace Progeny.Console.Layout;

/// <summary>
/// The style sheet, the script and the icon. Their addresses carry a hash of their contents, so that browsers may keep them for ever.
/// </summary>
internal sealed class ConsoleAssets
{
    private readonly string name;
    private readonly string type;
    private readonly byte[] content;

    private ConsoleAssets(string file, string type)
    {
        this.type = type;
        using var resource = typeof(ConsoleAssets).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {file}.");
        using var buffer = new MemoryStream();
        resource.CopyTo(buffer);
        content = buffer.ToArray();
        name = $"{Path.GetFileNameWithoutExtension(file)}-{Convert.ToHexStringLower(SHA256.HashData(content))[..10]}{Path.GetExtension(file)}";
    }

    public static ConsoleAssets Style { get; } = new("console.css", "text/css; charset=utf-8");

    public static ConsoleAssets Script { get; } = new("console.js", "text/javascript; charset=utf-8");

    public static ConsoleAssets Icon { get; } = new("console.svg", "image/svg+xml");

    public string Address => $"/assets/{name}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var asset in (ReadOnlySpan<ConsoleAssets>)[Style, Script, Icon])
            routes.MapGet(asset.Address, asset.Send).ExcludeFromDescription().WithMetadata(RequiredAccess.Nothing);
    }

    private IResult Send(HttpResponse response)
    {
        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return TypedResults.Bytes(content, type);
    }
}
