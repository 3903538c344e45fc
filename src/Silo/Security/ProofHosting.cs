using Progeny.Grains.Common;

namespace Progeny.Silo.Security;

/// <summary>Adds the kinds of proofs that are configured.</summary>
public static class ProofHosting
{
    /// <summary>Reads the settings of a kind of proof.</summary>
    /// <returns>The settings; null: the section is empty.</returns>
    /// <exception cref="SettingException">The section is set on a node on which nobody has to prove who they are.</exception>
    public static T? ReadProof<T>(this IConfiguration configuration, string section, SecurityOptions security)
        where T : class, new()
    {
        if (!configuration.GetSection(section).GetChildren().Any())
            return null;
        return security.Enabled
            ? configuration.Read<T>(section)
            : throw new SettingException(
                $"{section} is set, but nobody has to prove who they are on this node; set "
                    + $"{SecurityOptions.Section}:{nameof(security.Enabled)} to true, or leave {section} out.");
    }

    /// <summary>Accepts the tokens of the issuer that the section <see cref="JwtOptions.Section"/> names.</summary>
    internal static void AddJwt(this IHostApplicationBuilder builder, SecurityOptions security)
    {
        if (builder.Configuration.ReadProof<JwtOptions>(JwtOptions.Section, security) is not { } jwt)
            return;
        var issuer = new TokenIssuer(jwt);
        var access = new ClaimAccess(JwtOptions.Section, jwt);
        builder.Services.AddSingleton(_ => issuer);
        builder.Services.AddSingleton<ICallerProof>(provider => new JwtProof(
            provider.GetRequiredService<TokenIssuer>(), access, provider.GetRequiredService<ILogger<JwtProof>>()));
    }

    /// <summary>Accepts the client certificates that the section <c>Security:Certificates</c> names.</summary>
    internal static void AddClientCertificates(this IHostApplicationBuilder builder, SecurityOptions security)
    {
        if (security.Certificates.Count == 0)
            return;
        if (!security.Enabled)
            throw new SettingException(
                "Security:Certificates is set, but nobody has to prove who they are on this node; set "
                    + $"{SecurityOptions.Section}:{nameof(security.Enabled)} to true, or leave it out.");
        var certificates = new ClientCertificates(security, TimeProvider.System);
        builder.Services.AddSingleton<ICallerProof>(new CertificateProof(certificates, TimeProvider.System));
    }
}
