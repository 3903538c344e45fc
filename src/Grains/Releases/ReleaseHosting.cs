using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Manifests;
using Progeny.Grains.Common;

namespace Progeny.Grains.Releases;

/// <summary>Registers what takes releases.</summary>
internal static class ReleaseHosting
{
    public static void AddReleases(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<ReleaseChecks>();
        services.AddOptions<ReleaseOptions>()
            .Configure(releases => configuration.ReadInto("Releases", releases))
            .Validate(
                releases => releases.MaxManifestBytes is >= 1 and <= ManifestParser.MaxLength,
                $"Releases:MaxManifestBytes is {configuration["Releases:MaxManifestBytes"]}; it must be 1 to {ManifestParser.MaxLength}, "
                    + "the bytes of a manifest.")
            .Validate(
                releases => releases.MaxRules >= 1,
                $"Releases:MaxRules is {configuration["Releases:MaxRules"]}; it must be 1 or more, the rules, metrics, gates, alerts and "
                    + "tests of a manifest.")
            .ValidateOnStart();
    }
}
