using System.Globalization;
using Progeny.Abstractions.Experiments;
using Progeny.Abstractions.Gates;
using Progeny.Abstractions.Releases;
using Progeny.Abstractions.Rollouts;
using Progeny.Grains.Common;

namespace Progeny.Grains.Rollouts;

/// <summary>
/// The experiment of a project that runs: stored first, then started, so that a node that dies in between starts it when it is woken.
/// </summary>
internal sealed class ActiveExperiment(
    string project, IPersistentState<RolloutState> storage, IGrainFactory grains, RollbackHooks rollbacks)
{
    private const int MaxExperiments = 100;

    private RolloutState State => storage.State;

    /// <summary>The grain of an experiment.</summary>
    public IExperimentGrain Grain(string id) => grains.GetGrain<IExperimentGrain>($"{project}/{id}");

    /// <summary>The experiment that runs; null: none.</summary>
    public async Task<ExperimentInfo?> GetAsync() => State.Active is { } active ? await Grain(active).Get() : null;

    /// <summary>Starts an experiment.</summary>
    /// <param name="proposed">
    /// The generation for whose sake it is started; null: a person started it. That it has its experiment is stored at once: proposed
    /// again after the node
    /// died, it must not get another one.
    /// </param>
    /// <exception cref="PlanException">Its generations cannot serve together.</exception>
    /// <exception cref="RegistryException">It could not begin.</exception>
    public async Task<ExperimentInfo> StartAsync(ExperimentRequest request, GenerationReference? proposed = null)
    {
        var strategy = request.Settings.Strategy.ToString().ToLowerInvariant();
        var id = string.Create(CultureInfo.InvariantCulture, $"{strategy}-{State.Count + 1}");
        await storage.SaveAsync(State with
        {
            Count = State.Count + 1,
            Active = id,
            Experiments = [id, .. State.Experiments.Take(MaxExperiments - 1)],
            Starting = request,
            Proposals = proposed is null
                ? State.Proposals
                : State.With(new Proposal(proposed, ProposalOutcome.Experiment, $"It takes part in {id}.", id)),
        });
        try
        {
            return await Grain(id).Start(request);
        }
        catch (Exception exception) when (exception is PlanException or RegistryException)
        {
            // Proposed again after a stop here, it gets the same answer.
            await storage.SaveAsync(
                State with { Active = null, Proposals = State.Proposals.RemoveAll(proposal => proposal.Experiment == id) });
            throw;
        }
        finally
        {
            await storage.SaveAsync(State with { Starting = null });
        }
    }

    /// <summary>Forgets the experiment once it has ended, and starts one that a stop kept from being started.</summary>
    /// <returns>
    /// Why an experiment ended before it began, as it would have without the stop, with the generation that was proposed for it; null: none
    /// did.
    /// </returns>
    public async Task<(GenerationReference? Proposed, string By, string Why)?> FollowAsync()
    {
        if (State.Active is not { } active)
            return null;
        if (State.Starting is { } request)
        {
            try
            {
                await Grain(active).Start(request);
                await storage.SaveAsync(State with { Starting = null });
            }
            catch (Exception exception) when (exception is PlanException or RegistryException)
            {
                var proposed = State.Proposals.FirstOrDefault(proposal => proposal.Experiment == active)?.Generation;
                await storage.SaveAsync(State with { Active = null, Starting = null });
                return (proposed, request.By, exception is PlanException plan ? ProposalConductor.TextOf(plan) : exception.Message);
            }
        }

        if (await Grain(active).Get() is not { Status: not ExperimentStatus.Ended })
            await EndAsync();
        return null;
    }

    /// <summary>
    /// Takes note that the experiment has ended: nobody has to approve anything for it, and hooks are told what it rolled back.
    /// </summary>
    public async Task EndAsync()
    {
        if (State.Active is { } active)
        {
            await grains.GetGrain<IApprovalGrain>(project).Withdraw(active, null, $"{active} has ended.");
            if (await Grain(active).Get() is { } ended)
                await rollbacks.FollowAsync(ended);
        }

        await storage.SaveAsync(State with { Active = null });
    }
}
