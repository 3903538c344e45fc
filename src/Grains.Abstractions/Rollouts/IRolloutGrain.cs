using System.Collections.Immutable;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Releases;

namespace Progeny.Abstractions.Rollouts;

/// <summary>
/// The rollouts of a project: the plan in force and its history, promotions, proposals, the experiment that runs. Key: the project's name.
/// </summary>
/// <remarks>Calls interleave. Changes of the plan follow each other, and so do proposals; neither waits for the other.</remarks>
[Alias("progeny.rollout")]
public interface IRolloutGrain : IGrainWithStringKey
{
    /// <summary>The plan in force and all promotions.</summary>
    [Alias("get")]
    Task<RolloutInfo> Get();

    /// <summary>The plan in force; of version 0 before the first promotion.</summary>
    [Alias("get-plan")]
    Task<RolloutPlan> GetPlan();

    /// <summary>The plan in force; null: it has the version that the caller knows.</summary>
    [Alias("get-plan-unless")]
    Task<RolloutPlan?> GetPlanUnless(long knownVersion);

    /// <summary>The plan in force and those before it, newest first, up to 100.</summary>
    [Alias("list-plans")]
    Task<ImmutableArray<RolloutPlan>> ListPlans();

    /// <summary>Which arms were shadows, and when: the last 100 times, oldest first.</summary>
    [Alias("list-shadows")]
    Task<ImmutableArray<ShadowPeriod>> ListShadows();

    /// <summary>
    /// Puts a plan in force, on all silos within two seconds. Its models are loaded first; other changes go on meanwhile.
    /// </summary>
    /// <remarks>
    /// A draft that names the version it changes is refused where another plan is in force by then. Of drafts that name none the last one
    /// wins; it is refused only where the project was rolled back while its models were loaded.
    /// </remarks>
    /// <exception cref="PlanException">The draft is wrong; it carries everything that is.</exception>
    /// <exception cref="RegistryException">There is no such project, the plan that the draft changes is not in force any more, or the
    /// project was rolled back meanwhile.</exception>
    [Alias("set-plan")]
    Task<RolloutPlan> SetPlan(PlanDraft draft);

    /// <summary>
    /// Makes a generation the champion of all traffic, with the fallback chain of its release, once it has passed its gates. Where one of
    /// them wants an approval it waits, and is made once that is given.
    /// </summary>
    /// <param name="by">Who or what decided; null: nobody said.</param>
    /// <param name="force">Whether the gates are passed over.</param>
    /// <exception cref="RegistryException">
    /// There is no such generation, it may not serve, a gate does not let it through, or another one became the champion while its model
    /// was loaded.
    /// </exception>
    [Alias("promote"), ResponseTimeout("00:02:00")]
    Task<PromotionAnswer> Promote(GenerationReference generation, string? by, string reason, bool force);

    /// <summary>Makes an earlier champion the champion of all traffic again, on all silos within two seconds. No gate is asked.</summary>
    /// <param name="generation">Null: the champion before the one now; those that were left by a rollback do not count.</param>
    /// <param name="plan">The version of the plan that is left; another in force is a conflict. Null: whatever is in force.</param>
    /// <exception cref="RegistryException">There is no such generation, it was never the champion, it cannot serve, or another plan is in
    /// force.</exception>
    [Alias("roll-back")]
    Task<Promotion> RollBack(GenerationReference? generation, string? by, string reason, long? plan = null);

    /// <summary>Retires or archives a generation that serves nothing, or brings one back (<see cref="Stage.Staged"/>).</summary>
    /// <param name="by">Who wants it; null: nobody said.</param>
    /// <exception cref="RegistryException">There is no such generation, the plan in force names it, or it cannot go there from where it
    /// is.</exception>
    [Alias("set-stage")]
    Task<GenerationInfo> SetStage(GenerationReference generation, Stage stage, string? by, string? reason);

    /// <summary>Puts the plan in force by which a decommissioned project answers nothing; called again, it changes nothing.</summary>
    [Alias("close")]
    Task Close(Decommission end);

    /// <summary>Puts the plan in force by which a recommissioned project has no champion yet; called again, it changes nothing.</summary>
    [Alias("open")]
    Task Open(string? by, string? reason);

    /// <summary>
    /// Offers a generation for serving: through its gates, then as <c>serving.rollout</c> of its release says. Offered again, it gets the
    /// answer that it got before, unless that was to wait.
    /// </summary>
    /// <param name="by">Who or what made it.</param>
    /// <exception cref="RegistryException">There is no such generation.</exception>
    [Alias("propose")]
    Task<Proposal> Propose(GenerationReference generation, string by);

    /// <summary>Starts an experiment manually.</summary>
    /// <exception cref="RegistryException">Another one runs, or there is no champion yet.</exception>
    /// <exception cref="PlanException">Its generations cannot serve together.</exception>
    [Alias("start")]
    Task<ExperimentInfo> Start(ExperimentRequest request);

    /// <summary>The experiments, newest first, up to 100.</summary>
    [Alias("list")]
    Task<ImmutableArray<ExperimentInfo>> List();

    /// <summary>Finishes what the stop of a node interrupted, and wakes the experiment that runs.</summary>
    [Alias("wake")]
    Task Wake();
}
