using Progeny.Trainer;
using Progeny.Trainer.Boosting;
using Progeny.Trainer.Jobs;

// The contract (docs/trainers.md): started in the job folder; the last line on stderr says what is wrong.
try
{
    using var output = Console.OpenStandardOutput();
    new TrainingJob(Directory.GetCurrentDirectory(), new ProgressWriter(output)).Run();
    return 0;
}
catch (TrainerException e)
{
    Console.Error.WriteLine(e.Message.ReplaceLineEndings(" "));
    return 1;
}
catch (OutOfMemoryException)
{
    Console.Error.WriteLine(
        "the training does not fit into the memory it may take; raise pipeline.memory, or train on fewer rows or columns");
    return 1;
}
catch (Exception e)
{
    Console.Error.WriteLine(e);
    Console.Error.WriteLine("the trainer failed: " + e.Message.ReplaceLineEndings(" "));
    return 1;
}
