using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Progeny.Core.Telemetry;

namespace Progeny.Grains.Telemetry;

/// <summary>Sends traces and metrics to an OpenTelemetry collector. Where none is configured there is no export, and nobody listens.</summary>
internal sealed class OtlpExport(Uri endpoint) : IHostedService
{
    private const string Server = "Microsoft.AspNetCore";

    private TracerProvider? traces;
    private MeterProvider? metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var node = ResourceBuilder.CreateDefault().AddService("progeny", serviceInstanceId: Environment.MachineName);

        // The server's own span is the first of a query: it continues the trace of the caller.
        traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(node).AddSource(ProgenyTelemetry.Name, Server)
            .AddProcessor(new Naming()).AddOtlpExporter(options => Send(options, "traces")).Build();
        metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(node).AddMeter(ProgenyTelemetry.Name, "System.Runtime")
            .AddOtlpExporter(options => Send(options, "metrics")).Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        // Disposing sends what has gathered.
        traces?.Dispose();
        metrics?.Dispose();
        return Task.CompletedTask;
    }

    private void Send(OtlpExporterOptions options, string what)
    {
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
        options.Endpoint = new Uri($"{endpoint.AbsoluteUri.TrimEnd('/')}/v1/{what}");
    }

    /// <summary>The server names its span after a class; here it is the part of the program that it stands for.</summary>
    private sealed class Naming : BaseProcessor<Activity>
    {
        public override void OnStart(Activity data)
        {
            if (data.Source.Name == Server)
                data.DisplayName = "gateway";
        }
    }
}
