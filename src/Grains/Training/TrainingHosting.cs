using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Progeny.Core.Common;
using Progeny.Core.Releases;
using Progeny.Core.Training;
using Progeny.Core.Training.Sandbox;
using Progeny.Grains.Common;

namespace Progeny.Grains.Training;

/// <summary>Registers what starts trainers and checks of models.</summary>
internal static class TrainingHosting
{
    /// <summary>The settings of jobs and of the processes that they start.</summary>
    /// <param name="jobsFolder">The folder for the folders of running jobs.</param>
    public static void AddTrainers(this IServiceCollection services, IConfiguration configuration, string jobsFolder)
    {
        services.AddOptions<JobOptions>()
            .Configure(jobs => jobs.Folder = jobsFolder)
            .Configure(jobs => configuration.ReadInto("Jobs", jobs))
            .Validate(
                jobs => jobs.AtOnce >= 1,
                $"Jobs:AtOnce is {configuration["Jobs:AtOnce"]}; it must be 1 or more, the number of trainings that run at once on this "
                    + "node.")
            .Validate(
                jobs => jobs.MaxAttempts >= 1,
                $"Jobs:MaxAttempts is {configuration["Jobs:MaxAttempts"]}; it must be 1 or more, the number of times that a job is "
                    + "started at most.")
            .Validate(
                jobs => jobs.MaxCrashes >= 1,
                $"Jobs:MaxCrashes is {configuration["Jobs:MaxCrashes"]}; it must be 1 or more, after how many ends of the node in the "
                    + "middle of the same step of a project it is not taken any more.")
            .Validate(
                jobs => jobs.MaxSnapshotBytes >= 0,
                $"Jobs:MaxSnapshotBytes is {configuration["Jobs:MaxSnapshotBytes"]}; it must be 0 (no rows are kept) or more, the most "
                    + "bytes of the file in which the rows of a training are kept.")
            .ValidateOnStart();
        services.AddSingleton<ProjectBreaker>();
        services.AddOptions<TrainerOptions>()
            .Configure(trainer => trainer.LowPriority = true)
            .Configure(trainer => configuration.ReadInto("Trainer", trainer))
            .Validate(
                trainer => trainer.CheckTime > TimeSpan.Zero && trainer.CheckTime <= TimeSpan.FromDays(1),
                $"Trainer:CheckTime is {configuration["Trainer:CheckTime"]}; it must be a time above 0 and of at most a day, such as "
                    + "00:10:00, the time that a check of a new model may take.")
            .Validate(
                trainer => trainer.CheckMemory >= 256L << 20 && trainer.CheckMemoryFactor >= 0,
                "Trainer:CheckMemory must be 268435456 (256 MiB) or more, the bytes that a check of a new model may take, and "
                    + "Trainer:CheckMemoryFactor 0 or more, how many times the size of its file it may take besides.")
            .Validate(
                trainer => trainer.Threads >= 0,
                $"Trainer:Threads is {configuration["Trainer:Threads"]}; it must be 0 (half of the cores) or more, the number of threads "
                    + "that a trainer uses.")
            .Validate(
                trainer => trainer.MaxMemory >= 0,
                $"Trainer:MaxMemory is {configuration["Trainer:MaxMemory"]}; it must be 0 (what the machine has) or more, in bytes.")
            .Validate(
                trainer => trainer.MaxTime > TimeSpan.Zero && trainer.MaxTime <= TimeSpan.FromDays(30),
                $"Trainer:MaxTime is {configuration["Trainer:MaxTime"]}; it must be above 0 and at most 30 days, such as 7.00:00:00.")
            .Validate(
                trainer => trainer.MaxViewBytes >= 1,
                $"Trainer:MaxViewBytes is {configuration["Trainer:MaxViewBytes"]}; it must be 1 or more, the bytes of memory that the "
                    + "newest values of a view's entities may take.")
            .Validate(
                trainer => trainer.OutputGrace > TimeSpan.Zero && trainer.OutputGrace <= TimeSpan.FromMinutes(1),
                $"Trainer:OutputGrace is {configuration["Trainer:OutputGrace"]}; it must be above 0 and at most a minute, such as "
                    + "00:00:02.")
            .ValidateOnStart();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<TrainerOptions>>().Value);
        services.AddSandbox(configuration, jobsFolder);
    }

    private static void AddSandbox(this IServiceCollection services, IConfiguration configuration, string jobsFolder)
    {
        services.AddSingleton(_ =>
        {
            var options = configuration.Read<SandboxOptions>("Jobs");
            return options.Problem() is { } problem ? throw new SettingException(problem) : options;
        });
        var isRestricted = configuration.Read<ClusterOptions>("Cluster").IsMember || configuration.GetValue<bool>("Security:Enabled");
        services.AddSingleton(provider => new ProgramSandbox(
            provider.GetRequiredService<SandboxOptions>(), provider.GetRequiredService<TrainerOptions>(), jobsFolder, Path.GetDirectoryName(
                Path.GetFullPath(jobsFolder))!,
            isRestricted, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IProgramGrants>(provider => provider.GetRequiredService<ProgramSandbox>());
        services.AddHostedService<SandboxStartup>();
    }
}
