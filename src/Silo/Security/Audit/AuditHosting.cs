using System.Text;
using System.Text.Json;
using Progeny.Core.Common;
using Progeny.Core.Security.Audit;
using Progeny.Grains.Common;
using Progeny.Grains.Hosting;
using Progeny.Storage.Common;

namespace Progeny.Silo.Security.Audit;

/// <summary>The audit log of a node (docs/audit.md).</summary>
public static class AuditHosting
{
    /// <summary>Adds what writes the audit log and what keeps it.</summary>
    /// <exception cref="SettingException">A setting of the section <c>Audit</c> is wrong.</exception>
    internal static void AddAudit(this IHostApplicationBuilder builder, SecurityOptions security)
    {
        var cluster = builder.Configuration.ReadCluster();
        builder.Services.AddSingleton(provider => new AuditSeal(
            cluster.IsMember && security.Pepper is null
                ? []
                : Encoding.UTF8.GetBytes(Pepper.Read(security, provider.GetRequiredService<DataFolder>().Paths))));
        var options = AuditOptionsValidator.Check(builder.Configuration.Read<AuditOptions>(AuditOptions.Section));
        builder.Services.AddSingleton(options);
        if (AuditOptionsValidator.SyslogOf(options) is { } syslog)
            builder.Services.AddSingleton<IAuditReceiver>(provider => new SyslogReceiver(syslog, provider.GetRequiredService<NodeName>()));
        if (AuditOptionsValidator.CollectorOf(options) is { } collector)
            builder.Services.AddSingleton<IAuditReceiver>(provider => new OtlpReceiver(collector, provider.GetRequiredService<NodeName>()));
        builder.Services.AddSingleton<RefusedAttempts>();
        builder.Services.AddSingleton<AuditRecorder>();
        builder.Services.AddHostedService(provider => ActivatorUtilities.CreateInstance<AuditUpkeep>(provider, cluster));
        builder.Services.AddHostedService<AuditSender>();
    }

    /// <summary>Has each request that changes something written to the audit log before it is answered: behind the access guard.</summary>
    public static void UseAuditTrail(this IApplicationBuilder app) => app.UseMiddleware<AuditTrail>();

    /// <summary>Names the action of an endpoint's entries in the audit log.</summary>
    public static TBuilder Audited<TBuilder>(this TBuilder endpoint, string action)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new AuditedAs(action));

    /// <summary>Leaves requests of an endpoint that are not refused out of the audit log: queries, which have a log of their own.</summary>
    public static TBuilder NotAudited<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new AuditedAs(null));

    /// <summary>Says what a request changes: small objects, which the audit log keeps as JSON.</summary>
    /// <param name="before">What was so before; null: nothing was.</param>
    /// <param name="after">What is so since; null: nothing is.</param>
    /// <param name="subject">What it is about, where the path does not say.</param>
    public static void SetAudit(this HttpContext context, object? before, object? after, string? subject = null)
    {
        if (context.Features.Get<AuditDraft>() is not { } draft)
            return;
        draft.Before = before is null ? null : JsonSerializer.Serialize(before, AuditJson.Options);
        draft.After = after is null ? null : JsonSerializer.Serialize(after, AuditJson.Options);
        draft.Subject = subject ?? draft.Subject;
    }
}
