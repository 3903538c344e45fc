using System.Net.Security;
using System.Security.Authentication;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Connections.Security;
using Progeny.Core.Security;
using Progeny.Grains.Common;

namespace Progeny.Grains.Security;

/// <summary>
/// The connections between silos, and to them: both sides present a certificate of the cluster's authority (docs/tls.md).
/// </summary>
public static class SiloTls
{
    private const string Section = "Silo:Tls";
    private const string TargetHost = "progeny";

    /// <summary>Registers what takes over certificates whose files were replaced.</summary>
    public static IServiceCollection AddCertificate(this IServiceCollection services, CertificateSource source) =>
        services.AddSingleton(source).AddHostedService<CertificateWatch>();

    /// <summary>The certificate of a member of a cluster.</summary>
    /// <param name="place">What connects or is connected to, as the beginning of a sentence.</param>
    /// <param name="isRemote">Whether connections leave this machine.</param>
    /// <returns>The certificate; null: connections of the cluster are without TLS.</returns>
    /// <exception cref="SettingException">A setting, or one of the files, is wrong.</exception>
    /// <exception cref="ExposureException">There must be one.</exception>
    internal static CertificateSource? Add(
        IServiceCollection services, IConfiguration configuration, SiloTlsOptions options, string place, bool isRemote)
    {
        if (options.Certificate is null && options.Key is null && options.Authority is null)
        {
            if (isRemote || (bool.TryParse(configuration["Security:Enabled"], out var isGuarded) && isGuarded))
            {
                services.AddSingleton(Exposure.Allow(
                    configuration[Exposure.Setting],
                    $"{place} without TLS, where everybody who reaches it may do everything",
                    $"set {Section}:Certificate, {Section}:Key and {Section}:Authority"));
            }

            return null;
        }

        foreach (var (key, path) in new[]
        {
            (nameof(options.Certificate), options.Certificate),
            (nameof(options.Authority), options.Authority),
        })
        {
            if (string.IsNullOrEmpty(path))
                throw new SettingException(
                    $"{Section}:{key} is missing; {Section} needs Certificate, Key (unless the certificate's file has it) and Authority.");
        }

        var source = CertificateSource.Open(Section, options);
        services.AddCertificate(source);
        return source;
    }

    /// <summary>Has connections with silos present one certificate, and take one of its authorities from the other side.</summary>
    public static void Configure(TlsOptions options, Func<LoadedCertificate> certificate)
    {
        options.LocalCertificate = certificate().Own;
        options.LocalServerCertificateSelector = (_, _) => certificate().Own;
        options.LocalClientCertificateSelector = (_, _, _, _, _) => certificate().Own;
        options.RemoteCertificateMode = RemoteCertificateMode.RequireCertificate;
        options.ClientCertificateMode = RemoteCertificateMode.RequireCertificate;
        options.RemoteCertificateValidation = (presented, chain, _) => certificate().HasSigned(presented, chain);
        options.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
        options.CheckCertificateRevocation = false;
        options.OnAuthenticateAsServer = (_, settings) =>
        {
            // With the certificates between it and the authority.
            var server = (SslServerAuthenticationOptions)settings.SslServerAuthenticationOptions;
            (server.ServerCertificateSelectionCallback, server.ServerCertificateContext) = (null, certificate().Context);
        };
        options.OnAuthenticateAsClient = (_, settings) =>
        {
            var client = (SslClientAuthenticationOptions)settings.SslClientAuthenticationOptions;
            (client.LocalCertificateSelectionCallback, client.ClientCertificateContext) = (null, certificate().Context);
            settings.TargetHost = TargetHost;
        };
    }
}
