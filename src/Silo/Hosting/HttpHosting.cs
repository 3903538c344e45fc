using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Progeny.Core.Security;
using Progeny.Grains.Common;
using Progeny.Grains.Security;
using Progeny.Silo.Security;

namespace Progeny.Silo.Hosting;

/// <summary>How a node listens for HTTP: where, with which certificate, and within which limits (docs/tls.md).</summary>
public static class HttpHosting
{
    private static readonly TimeSpan HstsAge = TimeSpan.FromDays(365);

    /// <summary>Adds the server's certificate and limits, once the addresses are such as a node may listen at.</summary>
    /// <exception cref="SettingException">A setting is wrong.</exception>
    /// <exception cref="ExposureException">An address is open to others without protection.</exception>
    public static void AddHttp(this WebApplicationBuilder builder)
    {
        var security = builder.Configuration.Read<SecurityOptions>(SecurityOptions.Section);
        foreach (var exposure in ListenAddresses.Check(builder.Configuration, security))
            builder.Services.AddSingleton(exposure);
        if (security.AllowInsecure)
            builder.Services.AddHostedService<ExposureReminder>();
        var options = builder.Configuration.Read<HttpOptions>(HttpOptions.Section).Checked();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<ConnectionLimit>();
        builder.Services.AddHsts(hsts => hsts.MaxAge = HstsAge);
        var certificate = AddCertificate(builder.Services, security.Tls);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(
            kestrel => Configure(kestrel, options, certificate, asksForCertificates: security.Certificates.Count > 0));
    }

    /// <summary>Adds the headers that tell browsers what they may not do, to every answer.</summary>
    public static void UseSecurityHeaders(this IApplicationBuilder app)
    {
        app.UseMiddleware<SecurityHeaders>();
        // Only over TLS; never for localhost.
        app.UseHsts();
    }

    private static CertificateSource? AddCertificate(IServiceCollection services, CertificateOptions options)
    {
        if (string.IsNullOrEmpty(options.Certificate))
            return null;
        var source = CertificateSource.Open($"{SecurityOptions.Section}:{nameof(SecurityOptions.Tls)}", options);
        services.AddCertificate(source);
        return source;
    }

    private static void Configure(
        KestrelServerOptions kestrel, HttpOptions options, CertificateSource? certificate, bool asksForCertificates)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestLineSize = options.MaxRequestLineBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = options.MaxHeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = options.MaxHeaders;
        kestrel.Limits.RequestHeadersTimeout = options.HeaderTimeout;
        kestrel.Limits.KeepAliveTimeout = options.KeepAliveTimeout;
        // Room for the first line, and for what comes behind the headers.
        kestrel.Limits.MaxRequestBufferSize = Math.Max(
            kestrel.Limits.MaxRequestBufferSize ?? 0, options.MaxHeaderBytes + options.MaxRequestLineBytes);
        var limit = kestrel.ApplicationServices.GetRequiredService<ConnectionLimit>();
        kestrel.ConfigureEndpointDefaults(listen =>
        {
            listen.Use(limit.Apply);
            listen.Use(Http2Preface.Apply);
        });
        kestrel.ConfigureHttpsDefaults(https =>
        {
            if (asksForCertificates)
                ClientCertificates.AskFor(https);
            if (certificate is null)
                return;
            https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
            https.ServerCertificateSelector = (_, _) => certificate.Current.Own;
            // With the certificates between it and its authority, and made once for all connections.
            https.OnAuthenticate = (_, tls) =>
                (tls.ServerCertificateSelectionCallback, tls.ServerCertificateContext) = (null, certificate.Current.Context);
        });
    }
}
