using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Progeny.Core.Common;
using Progeny.Core.Telemetry;
using Progeny.Grains.Common;

namespace Progeny.Grains.Telemetry;

/// <summary>Registers the export of traces and metrics to an OpenTelemetry collector.</summary>
internal static class OtlpHosting
{
    private const string Key = "Otlp:Endpoint";
    private const string CommonKey = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// Adds the export where the address of a collector is set: <c>Otlp:Endpoint</c>, or else OpenTelemetry's own variable.
    /// </summary>
    /// <exception cref="SettingException">The address is none.</exception>
    public static void AddOtlp(this IServiceCollection services, IConfiguration configuration, NodeName name)
    {
        var key = string.IsNullOrEmpty(configuration[Key]) ? CommonKey : Key;
        if (configuration[key] is not { Length: > 0 } address)
            return;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https"))
            throw new SettingException(
                $"{key} is '{address}'; it must be the address of a collector that takes OTLP over HTTP, such as http://127.0.0.1:4318.");
        services.AddOpenTelemetry()
            .ConfigureResource(node => node.AddService("progeny", serviceInstanceId: name.Value))
            .WithTracing(traces => traces.AddSource(ProgenyTelemetry.Name).AddOtlpExporter(options => SendTo(endpoint, options, "traces")))
            .WithMetrics(metrics => metrics.AddMeter(ProgenyTelemetry.Name).AddRuntimeInstrumentation()
                .AddOtlpExporter(options => SendTo(endpoint, options, "metrics")));
    }

    private static void SendTo(Uri endpoint, OtlpExporterOptions options, string signal)
    {
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
        options.Endpoint = new Uri($"{endpoint.AbsoluteUri.TrimEnd('/')}/v1/{signal}");
    }
}
