using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Feedback;
using Progeny.Core.QueryLog;
using Progeny.Grains.Common;
using Progeny.Grains.Feedback;

namespace Progeny.Grains.Retraining;

/// <summary>Registers what the offline agents need.</summary>
internal static class OfflineHosting
{
    public static void AddOfflineAgents(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<OfflineAgentOptions>()
            .Configure(options => configuration.ReadInto("OfflineAgent", options))
            .Validate(
                options => options.IsValid,
                "OfflineAgent:CheckSeconds, OfflineAgent:BackOffSeconds, OfflineAgent:MeasureSeconds and OfflineAgent:SettleSeconds must "
                    + "be from 0.01 to 86400, and OfflineAgent:LongestBackOffSeconds not below BackOffSeconds.")
            .ValidateOnStart();
        services.AddSingleton<OutcomePuller>();
        services.AddSingleton<ScoreMeters>();
        services.AddSingleton<OutcomeScorer>();
        services.AddSingleton<OutcomeIngestion>();
        services.AddSingleton<RetrainScheduler>();
        services.AddSingleton<ServedEvaluations>();
        services.AddSingleton<OfflineUpkeep>();
        services.AddSingleton<ProjectActivity>();
        services.AddSingleton<IQueryBatchSink>(provider => provider.GetRequiredService<ProjectActivity>());
        services.AddSingleton<FeedbackInstruments>();
        services.AddHostedService(provider => provider.GetRequiredService<FeedbackInstruments>());
    }
}
