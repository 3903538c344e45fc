using Microsoft.Extensions.DependencyInjection;
using Progeny.Core.Apply;
using Progeny.Core.Explanations.Backtests;
using Progeny.Core.Training;
using Progeny.Core.Tuning;
using Progeny.Grains.Apply;
using Progeny.Grains.Tracking;
using Progeny.Grains.Training;

namespace Progeny.Grains.Tuning;

/// <summary>Registers what jobs do.</summary>
internal static class JobHosting
{
    public static void AddJobs(this IServiceCollection services)
    {
        services.AddSingleton<TrainingSlots>();
        services.AddSingleton<JobRunner>();
        services.AddSingleton<JobInstruments>();
        services.AddHostedService(provider => provider.GetRequiredService<JobInstruments>());
        services.AddSingleton<TrainingRun>();
        services.AddSingleton<SnapshotKeeper>();
        services.AddSingleton<JobRunRecorder>();
        services.AddSingleton<TrainingJob>();
        services.AddSingleton<IJobWork>(provider => provider.GetRequiredService<TrainingJob>());
        services.AddSingleton<TuneRun>();
        services.AddSingleton<IJobWork, TuneJob>();
        services.AddSingleton<IJobWork, EvaluationJob>();
        services.AddSingleton<ApplyArm>();
        services.AddSingleton<IJobWork, ApplyJob>();
        services.AddSingleton<IJobWork, ExactTrainingJob>();
        services.AddSingleton<BacktestRun>();
        services.AddSingleton<IJobWork, BacktestJob>();
    }
}
