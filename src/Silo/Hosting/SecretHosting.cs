using Progeny.Storage.Common;

namespace Progeny.Silo.Hosting;

/// <summary>Takes the secrets of a node from files.</summary>
public static class SecretHosting
{
    /// <inheritdoc cref="SecretFiles.AddSecretFiles"/>
    public static void AddSecretFiles(this IHostApplicationBuilder builder)
    {
        var warnings = builder.Configuration.AddSecretFiles(builder.Configuration);
        if (warnings.Count > 0)
            builder.Services.AddHostedService(
                provider => new SecretFileWarnings(warnings, provider.GetRequiredService<ILogger<SecretFileWarnings>>()));
    }
}
