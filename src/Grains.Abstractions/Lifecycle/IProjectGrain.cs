using System.Collections.Immutable;
using Orleans.Concurrency;
using Progeny.Abstractions.Rollout;
using Progeny.Abstractions.Training;

namespace Progeny.Abstractions.Lifecycle;

/// <summary>A project: its releases, the plan in force and the history of promotions. Key: the project's name.</summary>
[Alias("progeny.project")]
public interface IProjectGrain : IGrainWithStringKey
{
    /// <summary>The project, or null where nothing was released under this name.</summary>
    /// <remarks>It is asked by what the project itself asks, too, and only reads.</remarks>
    [Alias("get"), AlwaysInterleave]
    Task<ProjectInfo?> Get();

    /// <summary>Publishes a release; its version must be greater than all before.</summary>
    /// <param name="ticket">The package's in the artifact store, where it is staged; it is kept once it has passed all checks.</param>
    /// <exception cref="RegistryException">The version is not greater, or the package belongs to another project.</exception>
    [Alias("publish")]
    Task<ReleaseInfo> Publish(string ticket);

    /// <summary>The plan in force, or null where the caller's version of it is in force still.</summary>
    [Alias("get-plan")]
    Task<RolloutPlan?> GetPlan(long knownVersion);

    /// <summary>Puts a plan in force, on all silos within two seconds. Its models are loaded first.</summary>
    /// <remarks>
    /// Nobody waits for that: what else is asked of the project is done meanwhile. A draft that names the version it changes is refused where
    /// another plan is in force by then. Of drafts that name none the last one wins; it is refused only where the project was rolled back
    /// while its models were loaded.
    /// </remarks>
    /// <exception cref="PlanException">The draft is wrong; it carries everything that is.</exception>
    /// <exception cref="RegistryException">There is no such project, the plan that the draft changes is not in force any more, or the project was rolled back meanwhile.</exception>
    [Alias("set-plan"), AlwaysInterleave]
    Task<RolloutPlan> SetPlan(PlanDraft draft);

    /// <summary>The second half of <see cref="SetPlan"/>, when the models are loaded.</summary>
    /// <param name="promotions">How many promotions there were when the first half began.</param>
    [Alias("put-plan")]
    Task<RolloutPlan> PutPlan(PlanDraft draft, int promotions);

    /// <summary>The plan in force and those before it, newest first, up to 100.</summary>
    [Alias("list-plans")]
    Task<ImmutableArray<RolloutPlan>> ListPlans();

    /// <summary>Which arms answered unseen, and when: the last 100 times, oldest first.</summary>
    [Alias("list-shadows"), AlwaysInterleave]
    Task<ImmutableArray<ShadowPeriod>> ListShadows();

    /// <summary>
    /// Puts a generation in charge of all traffic, with the fallback chain of its release. Its model is loaded first, as by
    /// <see cref="SetPlan"/>. No gate is asked (<see cref="IRolloutGrain.Promote"/> does).
    /// </summary>
    /// <param name="by">Who or what decided; null: nobody said.</param>
    /// <exception cref="RegistryException">There is no such generation, it may not serve, or another one was put in charge meanwhile.</exception>
    [Alias("promote"), AlwaysInterleave]
    Task<Promotion> Promote(GenerationReference generation, string reason, string? by = null);

    /// <summary>The second half of <see cref="Promote"/> and <see cref="RollBack"/>, when the model is loaded.</summary>
    /// <param name="promotions">How many promotions there were when the first half began; where there are others, somebody else was put in charge.</param>
    [Alias("put-in-charge")]
    Task<Promotion> PutInCharge(PlanDraft draft, bool isRollback, int promotions);

    /// <summary>
    /// Offers a generation for serving: through its gates, then as <c>serving.rollout</c> of its release says. Offered again, it gets the
    /// answer that it got before, unless that was to wait.
    /// </summary>
    /// <param name="by">Who or what made it.</param>
    /// <exception cref="RegistryException">There is no such generation.</exception>
    [Alias("propose"), AlwaysInterleave]
    Task<Proposal> Propose(GenerationReference generation, string by);

    /// <summary>Puts an earlier generation in charge of all traffic again, on all silos within two seconds. No gate is asked.</summary>
    /// <param name="generation">Null: the one before the one in charge; those that were left by a rollback do not count.</param>
    /// <param name="plan">The version of the plan that is left; another in force is a conflict. Null: whatever is in force.</param>
    /// <exception cref="RegistryException">There is no such generation, it was never in charge, it cannot serve, or another plan is in force.</exception>
    [Alias("roll-back"), AlwaysInterleave]
    Task<Promotion> RollBack(GenerationReference? generation, string? by, string reason, long? plan = null);

    /// <summary>Retires or archives a generation that serves nothing, or brings one back (<see cref="Stage.Staged"/>).</summary>
    /// <param name="by">Who wants it; null: nobody said.</param>
    /// <exception cref="RegistryException">There is no such generation, the plan in force names it, or it cannot go there from where it is.</exception>
    [Alias("set-stage")]
    Task<GenerationInfo> SetStage(GenerationReference generation, Stage stage, string? by, string? reason);

    /// <summary>Ends the project: off the roster, no plan, no jobs, all generations archived. One that has ended stays as it is.</summary>
    /// <exception cref="RegistryException">There is no such project.</exception>
    [Alias("decommission")]
    Task<ProjectInfo> Decommission(string? by, string reason);

    /// <summary>Brings a project back that was ended: on the roster, its generations staged, nothing in charge.</summary>
    /// <exception cref="RegistryException">There is no such project, or it was not ended.</exception>
    [Alias("recommission")]
    Task<ProjectInfo> Recommission(string? by, string? reason);

    /// <summary>Starts a job on a release (null: the newest) and returns it.</summary>
    /// <exception cref="RegistryException">There is no such release.</exception>
    [Alias("start-job")]
    Task<JobInfo> StartJob(JobRequest request);

    /// <summary>The ids of the project's jobs, newest first, up to 1,000.</summary>
    [Alias("list-jobs")]
    Task<ImmutableArray<string>> ListJobs();

    /// <summary>The ids of the newest 30 trainings and searches, of the newest 30 evaluations, and of all jobs that have not ended; newest first within a kind.</summary>
    [Alias("list-recent-jobs")]
    Task<ImmutableArray<string>> ListRecentJobs();

    /// <summary>Finishes what the stop of a node interrupted: wakes the jobs that have not ended, settles the stages of the last promotion.</summary>
    [Alias("wake")]
    Task Wake();

    /// <summary>Takes note that a job ended, so that it is not woken again.</summary>
    [Alias("job-ended")]
    Task JobEnded(string jobId);
}
